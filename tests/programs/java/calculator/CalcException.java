public class CalcException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CalcException(String message) {
        super(message);
    }
}
