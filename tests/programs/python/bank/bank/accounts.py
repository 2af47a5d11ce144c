from dataclasses import dataclass, field


class BankError(Exception):
    """A command that cannot be carried out."""


@dataclass
class Account:
    name: str
    balance: int = 0
    changes: list[int] = field(default_factory=list)

    def change(self, amount: int) -> None:
        if self.balance + amount < 0:
            raise BankError(f"{self.name} has only {self.balance}")
        self.balance += amount
        self.changes.append(amount)


class Bank:
    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def open(self, name: str, amount: int) -> None:
        if name in self._accounts:
            raise BankError(f"account {name} exists")
        self._accounts[name] = Account(name)
        self._accounts[name].change(amount)

    def get(self, name: str) -> Account:
        try:
            return self._accounts[name]
        except KeyError:
            raise BankError(f"no account {name}") from None

    def transfer(self, giver: str, taker: str, amount: int) -> None:
        source, target = self.get(giver), self.get(taker)
        source.change(-amount)
        target.change(amount)

    def add_interest(self, percent: int) -> None:
        for account in self:
            account.change(account.balance * percent // 100)

    def __iter__(self):
        return iter(sorted(self._accounts.values(), key=lambda account: account.name))
