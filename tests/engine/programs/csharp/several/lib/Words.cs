public static class Words {
    public static string Greet() => "from another file";
}
