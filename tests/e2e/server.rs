//! A static file server, as plain as the hosts that the page has to work on.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use tiny_http::{Header, Request, Response, Server};

/// The page must not count on lying at the root of its host.
const SUB_PATH: &str = "/some/where/";

/// Where the browser reports what [`POLICY`] kept it from.
const REPORTS: &str = "/csp-report";

/// Lets the page and its worker load from their own origin only. A request to anywhere else is
/// refused by the browser and reported, also one that a worker tries.
const POLICY: &str = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; report-uri /csp-report";

/// Serves one folder under a sub-path of a free port until the test process ends.
pub struct StaticServer {
    port: u16,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl StaticServer {
    /// Serves `folder`; fails when no port can be had.
    pub fn start(folder: &Path) -> Self {
        let server = Server::http("127.0.0.1:0").expect("a free port of this machine");
        let port = server.server_addr().to_ip().expect("an IP address").port();
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let log = complaints.clone();
        let folder = folder.to_owned();
        thread::spawn(move || {
            for request in server.incoming_requests() {
                answer(request, &folder, &log);
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

fn answer(mut request: Request, folder: &Path, complaints: &Mutex<Vec<String>>) {
    let complain = |what: String| complaints.lock().expect("no thread panicked").push(what);
    if request.url() == REPORTS {
        let mut report = String::new();
        let _ = request.as_reader().read_to_string(&mut report);
        complain(format!("refused by the policy: {report}"));
        let _ = request.respond(Response::empty(204));
        return;
    }
    // A browser that has gone away is its own affair, here and above.
    let _ = match file_of(request.url(), folder).map(|path| (fs::read(&path), path)) {
        Some((Ok(bytes), path)) => request.respond(
            Response::from_data(bytes)
                .with_header(header("Content-Type", media_type(&path)))
                .with_header(header("Content-Security-Policy", POLICY)),
        ),
        _ => {
            complain(format!("not found: {} {}", request.method(), request.url()));
            request.respond(Response::empty(404))
        }
    };
}

fn file_of(url: &str, folder: &Path) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix(SUB_PATH)?;
    let path = if path.is_empty() { "index.html" } else { path };
    (!path.split('/').any(|part| part == "..")).then(|| folder.join(path))
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

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("a header of printable characters")
}
