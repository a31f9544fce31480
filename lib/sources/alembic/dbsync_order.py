"""Lets SQLAlchemy write the same table in the same words each time. Changes no meaning: an order that nobody promised becomes one."""


class Ordered(set):
    """A set that is gone through in the order in which its members came."""

    def __init__(self, members=()):
        super().__init__()
        self.places = {}
        for member in members:
            self.add(member)

    def add(self, member):
        self.places.setdefault(member, len(self.places))
        super().add(member)

    def __iter__(self):
        return iter(sorted(super().__iter__(), key=lambda member: self.places.get(member, len(self.places))))


def ordered(name):
    return property(lambda table: table.__dict__.get(name), lambda table, members: table.__dict__.__setitem__(name, Ordered(members)))


def install():
    """A table keeps its constraints and indexes in sets, whose order is an accident of memory: what batch_alter_table(), create_all()
    and autogenerate make of them would be other statements on the target than those that were planned and rehearsed."""
    from sqlalchemy import Table

    for name in ("constraints", "indexes"):
        setattr(Table, name, ordered(name))
