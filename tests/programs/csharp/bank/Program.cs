using System;
using System.Linq;

public static class Program
{
    static readonly Bank bank = new Bank();

    public static void Main()
    {
        string line;
        for (var number = 1; (line = Console.ReadLine()) != null; number++)
        {
            try
            {
                CarryOut(line.Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries));
            }
            catch (BankException error)
            {
                Console.WriteLine($"error on line {number}: {error.Message}");
            }
        }
    }

    static void CarryOut(string[] words)
    {
        switch (words[0])
        {
            case "open": bank.Open(words[1], Positive(words[2])); break;
            case "deposit": bank[words[1]].Change(Positive(words[2])); break;
            case "withdraw": bank[words[1]].Change(-Positive(words[2])); break;
            case "transfer": bank.Transfer(words[1], words[2], Positive(words[3])); break;
            case "interest": bank.AddInterest(Positive(words[1])); break;
            case "report": Report(); break;
            case "history": History(bank[words[1]]); break;
            default: throw new BankException($"unknown command {words[0]}");
        }
    }

    static void Report()
    {
        foreach (var account in bank.Accounts) Print(account.Name, account.Balance);
        Print("total", bank.Accounts.Sum(account => account.Balance));
    }

    static void Print(string name, long cents) => Console.WriteLine($"{name,-8}{cents / 100,8}.{cents % 100:00}");

    static void History(Account account) =>
        Console.WriteLine($"{account.Name}: " + string.Join(" ", account.Changes.Select(change => change.ToString("+0;-0"))));

    static long Positive(string text)
    {
        var amount = long.Parse(text);
        return amount > 0 ? amount : throw new BankException($"bad amount {amount}");
    }
}
