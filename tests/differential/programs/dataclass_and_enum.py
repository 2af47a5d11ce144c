import dataclasses, enum, typing


@dataclasses.dataclass(order=True)
class P:
    x: int
    tags: list = dataclasses.field(default_factory=list)


class C(enum.Flag):
    A = enum.auto()
    B = enum.auto()


print(P(1) < P(2), C.A | C.B, typing.get_type_hints(P), C(3))
