//! A static file server, as plain as the hosts that the page has to work on.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use crate::wrong::{Wrong, mistreated};

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

/// A script for a worker that asks for the address that is its name, and says whether it got there.
pub const LEAVER: &str = "leaver.js";

/// Serves one folder under a sub-path of a port until the test process ends, or it is stopped.
pub struct StaticServer {
    port: u16,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// What the connections' threads know.
struct Shared {
    folder: PathBuf,
    /// What is wrong with this host.
    wrong: Option<Wrong>,
    complaints: Mutex<Vec<String>>,
    /// Addresses that were asked for.
    requests: Mutex<Vec<String>>,
    /// Files in place of those that lie in the folder, by their addresses below the sub-path.
    replaced: Mutex<BTreeMap<String, String>>,
    stopped: AtomicBool,
}

/// An answer before it is sent.
pub struct Response {
    /// Number and words.
    pub status: &'static str,
    /// The type that is told.
    pub media_type: &'static str,
    /// The policy that is told; none where it is empty.
    pub policy: &'static str,
    /// Further headers, each ended by a line break.
    pub headers: &'static str,
    /// The contents.
    pub bytes: Vec<u8>,
}

impl StaticServer {
    /// Serves `folder`; fails when no port can be had.
    pub fn start(folder: &Path) -> Self {
        Self::on_port(0, folder, None)
    }

    /// Serves it as a host does that is wrong in one way.
    pub fn wrong(folder: &Path, wrong: Wrong) -> Self {
        Self::on_port(0, folder, Some(wrong))
    }

    /// Serves another folder at the address where this one, which was stopped, served its own.
    pub fn succeeded_by(self, folder: &Path) -> Self {
        Self::on_port(self.port, folder, None)
    }

    fn on_port(port: u16, folder: &Path, wrong: Option<Wrong>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a free port of this machine");
        let port = listener.local_addr().expect("a bound address").port();
        let shared = Arc::new(Shared {
            folder: folder.into(),
            wrong,
            complaints: Mutex::default(),
            requests: Mutex::default(),
            replaced: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let known = shared.clone();
        let accepting = thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                if known.stopped.load(Ordering::SeqCst) {
                    break;
                }
                // A thread each: a browser may leave one answer unread until it has another.
                let known = known.clone();
                // A browser that has gone away is its own affair.
                thread::spawn(move || drop(answer(connection, &known)));
            }
        });
        Self { port, shared, accepting: Some(accepting) }
    }

    /// From now on nobody answers at its address.
    pub fn stop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Whoever waits for a connection is woken by one.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(accepting) = self.accepting.take() {
            accepting.join().expect("no thread panicked");
        }
    }

    /// Where the page lies.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}{SUB_PATH}", self.port)
    }

    /// Requests that left the page's origin, and those for files that are not there.
    pub fn complaints(&self) -> Vec<String> {
        self.shared.complaints.lock().expect("no thread panicked").clone()
    }

    /// Addresses that were asked for so far.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().expect("no thread panicked").clone()
    }

    /// Serves something else in place of a script from now on; or the script itself again.
    pub fn replace(&self, script: &str, contents: Option<&str>) {
        let mut replaced = self.shared.replaced.lock().expect("no thread panicked");
        match contents {
            Some(contents) => replaced.insert(script.into(), contents.into()),
            None => replaced.remove(script),
        };
    }
}

/// Answers one request and closes the connection.
fn answer(mut connection: TcpStream, shared: &Shared) -> io::Result<()> {
    let (url, body) = read_request(&connection)?;
    let complain = |what: String| shared.complaints.lock().expect("no thread panicked").push(what);
    shared.requests.lock().expect("no thread panicked").push(url.clone());
    let found = |media_type, bytes| Response { status: "200 OK", media_type, policy: POLICY, headers: "", bytes };
    let response = if url == REPORTS {
        complain(format!("refused by the policy: {body}"));
        Response { status: "204 No Content", ..found("text/plain", Vec::new()) }
    } else if let Some(contents) = replaced(&url, shared) {
        found("text/javascript", contents.into())
    } else {
        match file_of(&url, &shared.folder).map(|path| (fixture(&path).map_or_else(|| fs::read(&path), Ok), path)) {
            Some((Ok(bytes), path)) => found(media_type(&path), bytes),
            _ => {
                complain(format!("not found: {url}"));
                Response { status: "404 Not Found", ..found("text/plain", Vec::new()) }
            }
        }
    };
    let response = match shared.wrong {
        Some(wrong) => mistreated(wrong, url.strip_prefix(SUB_PATH).unwrap_or_default(), response),
        None => Some(response),
    };
    let Some(Response { status, media_type, policy, headers, bytes }) = response else {
        // Nothing is answered, until the browser gives up or the test ends.
        return connection.read(&mut [0]).map(drop);
    };
    let (length, policy) = match policy {
        "" => (bytes.len(), String::new()),
        policy => (bytes.len(), format!("Content-Security-Policy: {policy}\r\n")),
    };
    write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\
         {policy}{headers}Connection: close\r\n\r\n"
    )?;
    connection.write_all(&bytes)
}

/// What is served in place of a file.
fn replaced(url: &str, shared: &Shared) -> Option<String> {
    let name = url.split(['?', '#']).next()?.strip_prefix(SUB_PATH)?;
    shared.replaced.lock().expect("no thread panicked").get(name).cloned()
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

/// [`FIXTURE`] and its style sheets, and [`LEAVER`].
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
    if name == LEAVER {
        return Some("fetch(name).then(() => postMessage('left'), () => postMessage('kept'))".into());
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
