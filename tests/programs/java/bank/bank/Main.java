package bank;

import bank.model.Account;
import bank.model.Bank;
import bank.model.BankException;
import java.util.List;
import java.util.Scanner;
import java.util.stream.Collectors;

public final class Main {
    private final Bank bank = new Bank();

    public static void main(String[] arguments) {
        Main main = new Main();
        Scanner scanner = new Scanner(System.in);
        for (int number = 1; scanner.hasNextLine(); number++) {
            try {
                main.carryOut(scanner.nextLine().trim().split("\\s+"));
            } catch (BankException error) {
                System.out.printf("error on line %d: %s%n", number, error.getMessage());
            }
        }
    }

    private void carryOut(String[] words) {
        switch (words[0]) {
            case "open" -> bank.open(words[1], positive(words[2]));
            case "deposit" -> bank.get(words[1]).change(positive(words[2]));
            case "withdraw" -> bank.get(words[1]).change(-positive(words[2]));
            case "transfer" -> bank.transfer(words[1], words[2], positive(words[3]));
            case "interest" -> bank.addInterest(positive(words[1]));
            case "report" -> report();
            case "history" -> history(bank.get(words[1]));
            default -> throw new BankException("unknown command " + words[0]);
        }
    }

    private void report() {
        List<Account> accounts = bank.accounts();
        accounts.forEach(account -> print(account.name(), account.balance()));
        print("total", accounts.stream().mapToLong(Account::balance).sum());
    }

    private static void print(String name, long cents) {
        System.out.printf("%-8s%8d.%02d%n", name, cents / 100, cents % 100);
    }

    private static void history(Account account) {
        String changes = account.changes().stream().map("%+d"::formatted).collect(Collectors.joining(" "));
        System.out.println(account.name() + ": " + changes);
    }

    private static long positive(String text) {
        long amount = Long.parseLong(text);
        if (amount <= 0) throw new BankException("bad amount " + amount);
        return amount;
    }
}
