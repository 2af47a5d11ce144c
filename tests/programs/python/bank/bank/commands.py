from collections.abc import Callable, Iterator

from .accounts import Bank, BankError


def _positive(text: str) -> int:
    amount = int(text)
    if amount <= 0:
        raise BankError(f"bad amount {amount}")
    return amount


class Commands:
    """Carries out one line at a time; what there is to print comes back line by line."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._known: dict[str, Callable[..., Iterator[str] | None]] = {
            "open": lambda name, amount: bank.open(name, _positive(amount)),
            "deposit": lambda name, amount: bank.get(name).change(_positive(amount)),
            "withdraw": lambda name, amount: bank.get(name).change(-_positive(amount)),
            "transfer": lambda giver, taker, amount: bank.transfer(giver, taker, _positive(amount)),
            "interest": lambda percent: bank.add_interest(_positive(percent)),
            "report": self._report,
            "history": self._history,
        }

    def carry_out(self, line: str) -> list[str]:
        word, *arguments = line.split()
        if word not in self._known:
            raise BankError(f"unknown command {word}")
        return list(self._known[word](*arguments) or ())

    def _report(self) -> Iterator[str]:
        total = 0
        for account in self._bank:
            total += account.balance
            yield f"{account.name:<8}{account.balance // 100:>8}.{account.balance % 100:02}"
        yield f"{'total':<8}{total // 100:>8}.{total % 100:02}"

    def _history(self, name: str) -> Iterator[str]:
        yield f"{name}: " + " ".join(f"{change:+}" for change in self._bank.get(name).changes)
