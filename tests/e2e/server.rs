//! A static file server, as plain as the hosts that the page has to work on.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

/// The page must not count on lying at the root of its host.
const SUB_PATH: &str = "/some/where/";

/// Where the browser reports what [`POLICY`] kept it from.
const REPORTS: &str = "/csp-report";

/// Lets the page and its worker load from their own origin only. A request to anywhere else is
/// refused by the browser and reported, also one that a worker tries.
const POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; report-uri /csp-report";

/// A page of a few style sheets and a line of text, always the same: what its first paint takes is what the page's is compared with.
pub const FIXTURE: &str = "fixture.html";

/// Style sheets of [`FIXTURE`], and rules in each.
const SHEETS: usize = 7;
const RULES: usize = 60;

/// Serves one folder under a sub-path of a free port until the test process ends.
pub struct StaticServer {
    port: u16,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl StaticServer {
    /// Serves `folder`; fails when no port can be had.
    pub fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port of this machine");
        let port = listener.local_addr().expect("a bound address").port();
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let log = complaints.clone();
        let folder: Arc<Path> = folder.into();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A thread each: a browser may leave one answer unread until it has another.
                let (folder, log) = (folder.clone(), log.clone());
                // A browser that has gone away is its own affair.
                thread::spawn(move || drop(answer(connection, &folder, &log)));
            }
        });
        Self { port, complaints }
    }

    /// Where the page lies.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{SUB_PATH}", self.port)
    }

    /// Requests that left the page's origin, and those for files that are not there.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().expect("no thread panicked").clone()
    }
}

/// Answers one request and closes the connection.
fn answer(mut connection: TcpStream, folder: &Path, complaints: &Mutex<Vec<String>>) -> io::Result<()> {
    let (url, body) = read_request(&connection)?;
    let complain = |what: String| complaints.lock().expect("no thread panicked").push(what);
    let (status, media_type, bytes) = if url == REPORTS {
        complain(format!("refused by the policy: {body}"));
        ("204 No Content", "text/plain", Vec::new())
    } else {
        match file_of(&url, folder).map(|path| (fixture(&path).map_or_else(|| fs::read(&path), Ok), path)) {
            Some((Ok(bytes), path)) => ("200 OK", media_type(&path), bytes),
            _ => {
                complain(format!("not found: {url}"));
                ("404 Not Found", "text/plain", Vec::new())
            }
        }
    };
    let length = bytes.len();
    write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\
         Content-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n"
    )?;
    connection.write_all(&bytes)
}

/// The address that is asked for, and what was sent with it.
fn read_request(connection: &TcpStream) -> io::Result<(String, String)> {
    let mut reader = BufReader::new(connection);
    let mut line = String::new();
    // A browser opens connections ahead of need, and closes them unused.
    if reader.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let url = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = String::new();
    reader.take(length).read_to_string(&mut body)?;
    Ok((url, body))
}

fn file_of(url: &str, folder: &Path) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix(SUB_PATH)?;
    let path = if path.is_empty() { "index.html" } else { path };
    (!path.split('/').any(|part| part == "..")).then(|| folder.join(path))
}

/// [`FIXTURE`] and its style sheets.
fn fixture(path: &Path) -> Option<Vec<u8>> {
    let name = path.file_name()?.to_str()?;
    if name == FIXTURE {
        let links: String = (0..SHEETS).map(|i| format!("<link rel=stylesheet href=fixture-{i}.css>")).collect();
        // Like the page, it looks into its storage first.
        let script =
            "<script>document.documentElement.dataset.theme = localStorage.getItem('theme') ?? 'system'</script>";
        // Without an icon of its own a browser would ask the host for one.
        let icon = "<link rel=icon href=data:,>";
        return Some(
            format!("<!DOCTYPE html><html lang=en>{icon}{script}{links}<p>Loading the page…</p></html>").into(),
        );
    }
    let sheet = name.strip_prefix("fixture-")?.strip_suffix(".css")?;
    let rule = |i: usize| format!(".sheet-{sheet} .rule-{i} > p {{ margin: {i}px; display: flex; color: #123 }}\n");
    Some((0..RULES).map(rule).collect::<String>().into())
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
