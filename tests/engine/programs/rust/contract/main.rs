use std::env;
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::process;

extern "C" {
    fn raise(signal: i32) -> i32;
}

fn tour(arguments: &[String]) -> io::Result<()> {
    let mut output = io::stdout().lock();
    for argument in arguments {
        writeln!(output, "argument:{argument}")?;
    }
    for name in ["COLOUR", "HOME", "TZ", "LANG", "PATH"] {
        writeln!(output, "{name}={}", env::var(name).unwrap_or_default())?;
    }
    write!(output, "folder={}\nstdin:", env::current_dir()?.display())?;
    let mut input = Vec::new();
    io::stdin().read_to_end(&mut input)?;
    output.write_all(&input)?;
    output.flush()?;
    io::stderr().write_all(b"\xff\xfe\x00x\xc3")?;
    fs::write("note.txt", "written\n")?;
    fs::create_dir("pictures")?;
    let mut pixels = b"\x89PNG\r\n\x1a\n".to_vec();
    pixels.extend(0..=255u8);
    fs::write("pictures/pixel.png", pixels)?;
    fs::write("big.bin", vec![0u8; 17 << 20])?;
    fs::write("unasked.txt", "no")?;
    process::exit(7)
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    match arguments[1].as_str() {
        "tour" => tour(&arguments[2..])?,
        "killed" => unsafe {
            raise(9);
        },
        "wait" => {
            io::copy(&mut io::stdin(), &mut io::sink())?;
        }
        "flood" => {
            let mut output = BufWriter::new(io::stdout());
            while output.write_all(&[b'x'; 1024]).is_ok() {}
        }
        "mebibytes" => {
            let mut output = BufWriter::new(io::stdout());
            for i in 0..10 << 20 {
                output.write_all(&[(i % 251) as u8])?;
            }
            output.flush()?;
        }
        _ => process::exit(99),
    }
    Ok(())
}
