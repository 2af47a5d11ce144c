package bank.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

public final class Account {
    private final String name;
    private final List<Long> changes = new ArrayList<>();
    private long balance = 0;

    Account(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    public long balance() {
        return balance;
    }

    public List<Long> changes() {
        return Collections.unmodifiableList(changes);
    }

    public void change(long amount) {
        if (balance + amount < 0) throw new BankException("%s has only %d".formatted(name, balance));
        balance += amount;
        changes.add(amount);
    }
}
