package bank.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

public final class Bank {
    private final Map<String, Account> accounts = new TreeMap<>();

    public void open(String name, long amount) {
        if (accounts.containsKey(name)) throw new BankException("account " + name + " exists");
        Account account = new Account(name);
        account.change(amount);
        accounts.put(name, account);
    }

    public Account get(String name) {
        Account account = accounts.get(name);
        if (account == null) throw new BankException("no account " + name);
        return account;
    }

    public void transfer(String giver, String taker, long amount) {
        Account source = get(giver), target = get(taker);
        source.change(-amount);
        target.change(amount);
    }

    public void addInterest(long percent) {
        accounts.values().forEach(account -> account.change(account.balance() * percent / 100));
    }

    public List<Account> accounts() {
        return List.copyOf(accounts.values());
    }
}
