-- found: my-utf8mb3-display-width my-name-limits
CREATE TABLE parcel (
  id INT(11) UNSIGNED ZEROFILL PRIMARY KEY,
  price FLOAT(10, 2),
  sent DATETIME DEFAULT '0000-00-00 00:00:00',
  a_column_whose_name_goes_on_for_longer_than_sixty_four_characters_1 INT
) ENGINE = MyISAM CHARACTER SET utf8;
