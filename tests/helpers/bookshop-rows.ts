// The bookshop's rows: the same realistic data every time, for every level and flavour. Knows no driver and no database.

export interface BookshopOptions {
  /** Five customers share an e-mail address with another: a later `Customer_email_key` fails. Default false. */
  readonly duplicates?: boolean;
  /**
   * Six reviews name customers that do not exist: a later `Review_customerId_fkey` fails. Default false. Where that key
   * exists already PostgreSQL and MySQL refuse the rows; SQLite takes them, as its keys are switched off for it.
   */
  readonly orphans?: boolean;
  /** Every fourth customer has no country, where the column is there: a later NOT NULL fails. Default false. */
  readonly missingCountries?: boolean;
}

/** What a column holds, before a driver's habits. */
export type Cell = string | number | boolean | Date | null;
export type Row = Readonly<Record<string, Cell>>;
/** One table's rows; every row has the same keys. */
export interface TableRows {
  readonly table: string;
  readonly rows: readonly Row[];
}

const first = [
  'Ada',
  'Björn',
  'Chiara',
  'Dmitri',
  'Emre',
  'Fatou',
  'Grace',
  'Hana',
  'Ines',
  'Jürgen',
  'Keiko',
  'Liam',
];
const last = [
  "O'Brien",
  'Müller',
  'Rossi',
  'Nakamura',
  'Van den Berg',
  'García',
  'Kowalski',
  'Çelik',
  'Nguyễn',
  'Smith',
];
const nouns = [
  'Winter',
  'Garden',
  'Letter',
  'River',
  'Clock',
  'Island',
  'Mirror',
  'Harbour',
  'Orchard',
  'Lantern',
];
const shapes = [
  'The Last %',
  'A % of Salt',
  "The %'s Daughter",
  '% and Ash',
  'Beyond the %',
  'Notes on a "%"',
];
const cities = ['Berlin', 'Milano', 'Kraków', 'Porto', null];
const countries = ['DE', 'IT', 'PL', 'PT', 'FR'];
const genres = ['Crime', 'Poetry', 'History', 'Travel', 'Children', 'Cooking', 'Science', 'Comics'];
const statuses = ['pending', 'paid', 'shipped', 'cancelled'];

/** mulberry32: a small generator whose numbers are the same on every machine. */
const generator = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

const pick = <T>(list: readonly T[], index: number): T => {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('An empty list has nothing to pick.');
  return item;
};

const times = <T>(count: number, make: (id: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));

const day = 86_400_000;
const opened = Date.UTC(2023, 0, 2, 9);
const after = (days: number, minutes = 0): Date => new Date(opened + days * day + minutes * 60_000);
const person = (id: number): string => `${pick(first, id * 5)} ${pick(last, id * 3 + Math.floor(id / 10))}`;

const people = (options: BookshopOptions): readonly TableRows[] => {
  const authors = times(40, (id) => ({
    id,
    name: person(id),
    bornOn: id % 6 === 0 ? null : new Date(Date.UTC(1920 + ((id * 7) % 75), id % 12, 1 + (id % 28))),
    createdAt: after(id),
  }));
  const publishers = times(12, (id) => ({
    id,
    name: `${pick(last, id)} ${pick(nouns, id * 3 + Math.floor(id / 10))} Press`,
    city: pick(cities, id),
  }));
  const customers = times(120, (id) => {
    const phone = id % 3 === 0 ? null : `+49 30 55${String(1000 + id * 37)}`;
    const owner = options.duplicates === true && id > 115 ? id - 100 : id;
    return {
      id,
      email: `reader${owner}@example.org`,
      name: person(id + 7),
      phone,
      mobile: phone,
      fax: id % 9 === 0 ? `+49 30 56${String(1000 + id)}` : null,
      country: options.missingCountries === true && id % 4 === 0 ? null : pick(countries, id),
      createdAt: after(id * 8, id),
    };
  });
  return [
    { table: 'Author', rows: authors },
    { table: 'Publisher', rows: publishers },
    { table: 'Customer', rows: customers },
  ];
};

const catalogue = (): readonly TableRows[] => {
  const cents = (id: number): number => 690 + ((id * 137) % 3200);
  const books = times(160, (id) => ({
    id,
    title: pick(shapes, id).replace('%', pick(nouns, Math.floor(id / shapes.length))),
    isbn: id % 8 === 0 ? null : `978-3-${String(100000 + id * 31)}-${id % 10}`,
    price: cents(id) / 100,
    priceCents: cents(id),
    summary: id % 5 === 0 ? null : `${pick(nouns, id)}; "${pick(nouns, id + 3)}", or: it's a long story.`,
    publishedOn: id % 10 === 0 ? null : new Date(Date.UTC(1980 + (id % 45), id % 12, 1 + (id % 28))),
    format: pick(['paper', 'hardcover', 'audio'], id),
    authorId: 1 + (id % 40),
    publisherId: id % 7 === 0 ? null : 1 + (id % 12),
  }));
  const categories = genres.map((name, index) => ({ id: index + 1, name }));
  const links = books.flatMap(({ id }) =>
    [1 + (id % 8), 1 + ((id + 3) % 8)].map((category) => ({ A: id, B: category })),
  );
  return [
    { table: 'Book', rows: books },
    { table: 'Category', rows: categories },
    { table: '_BookToCategory', rows: links },
  ];
};

const sales = (random: (below: number) => number): readonly TableRows[] => {
  const orders = times(300, (id) => {
    const placedAt = after(id * 3 + random(3), random(600));
    const status = pick(statuses, random(statuses.length));
    // Some payments never reached the status: the old till's habit that a later backfill mends.
    const paid = status === 'paid' || status === 'shipped' || id % 11 === 0;
    return {
      id,
      customerId: 1 + random(120),
      status,
      placedAt,
      paidAt: paid ? new Date(placedAt.getTime() + random(5) * day) : null,
      channel: id % 6 === 0 ? 'paper' : 'internal',
      giftMessage: id % 9 === 0 ? `Happy birthday, ${pick(first, id)}!` : null,
    };
  });
  const lines = orders.flatMap(({ id }) => {
    const start = random(160);
    return times(1 + random(4), (nth) => {
      const unitPriceCents = 690 + random(3200);
      const bookId = 1 + ((start + nth * 17) % 160);
      return {
        orderId: id,
        bookId,
        quantity: 1 + random(3),
        unitPrice: unitPriceCents / 100,
        unitPriceCents,
      };
    });
  });
  return [
    { table: 'Order', rows: orders },
    { table: 'OrderLine', rows: lines },
  ];
};

const shop = (options: BookshopOptions, random: (below: number) => number): readonly TableRows[] => {
  const reviews = times(200, (id) => ({
    id,
    bookId: 1 + random(160),
    customerId: options.orphans === true && id > 194 ? 9000 + id : 1 + random(120),
    rating: 1 + random(5),
    body: id % 4 === 0 ? null : `${pick(nouns, id)}! It's "${pick(nouns, id + 4)}"; read it twice.`,
    createdAt: after(id * 5, id),
  }));
  const stock = times(150, (id) => ({
    bookId: id,
    quantity: random(40),
    shelf: id % 5 === 0 ? null : `R${id % 9}`,
    updatedAt: after(900),
  }));
  const movements = times(250, (id) => ({
    id,
    bookId: 1 + random(160),
    delta: random(12) - 4,
    reason: pick(['delivery', 'sale', 'count', 'loss'], id),
    movedAt: after(900 + Math.floor(id / 3), id),
  }));
  const coupons = times(9, (id) => ({
    id,
    code: `READ${1000 + id * 111}`,
    label: pick(['Spring', 'Summer', 'Winter'], id),
    percent: 5 * id,
    active: id > 6,
  }));
  const events = times(6, (id) => ({
    id,
    title: `Reading with ${person(id)}`,
    startsAt: after(1200 + id * 14, 600),
  }));
  return [
    { table: 'Review', rows: reviews },
    { table: 'Stock', rows: stock },
    { table: 'StockMovement', rows: movements },
    { table: 'Coupon', rows: coupons },
    { table: 'Event', rows: events },
  ];
};

/** Every table of every level and flavour, parents before children, with every column that any level has. */
export const bookshopRows = (options: BookshopOptions): readonly TableRows[] => {
  const random = generator(20250114);
  return [...people(options), ...catalogue(), ...sales(random), ...shop(options, random)];
};
