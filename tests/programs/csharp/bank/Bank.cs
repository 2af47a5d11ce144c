using System;
using System.Collections.Generic;

public class BankException : Exception
{
    public BankException(string message) : base(message) { }
}

public sealed class Account
{
    readonly List<long> changes = new List<long>();

    public Account(string name) => Name = name;

    public string Name { get; }

    public long Balance { get; private set; }

    public IReadOnlyList<long> Changes => changes;

    public void Change(long amount)
    {
        if (Balance + amount < 0) throw new BankException($"{Name} has only {Balance}");
        Balance += amount;
        changes.Add(amount);
    }
}

public sealed class Bank
{
    readonly SortedDictionary<string, Account> accounts = new SortedDictionary<string, Account>(StringComparer.Ordinal);

    public IEnumerable<Account> Accounts => accounts.Values;

    public Account this[string name] =>
        accounts.TryGetValue(name, out var account) ? account : throw new BankException($"no account {name}");

    public void Open(string name, long amount)
    {
        if (accounts.ContainsKey(name)) throw new BankException($"account {name} exists");
        var account = new Account(name);
        account.Change(amount);
        accounts.Add(name, account);
    }

    public void Transfer(string giver, string taker, long amount)
    {
        var (source, target) = (this[giver], this[taker]);
        source.Change(-amount);
        target.Change(amount);
    }

    public void AddInterest(long percent)
    {
        foreach (var account in Accounts) account.Change(account.Balance * percent / 100);
    }
}
