//! Hosts that are wrong in one way, as hosts and what stands before them are.

use crate::server::Response;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is the browser: it has no WebAssembly.
    NoWebAssembly,
    /// It lacks the page's first script.
    NoStart,
    /// It lacks the page's module.
    NoModule,
    /// It lacks the script of the page's module.
    NoScript,
    /// It lacks the worker's module.
    NoWorkerModule,
    /// It lacks the script of the worker's module.
    NoWorkerScript,
    /// It lacks the script that starts the worker.
    NoWorkerLoader,
    /// It lacks the gallery.
    NoGallery,
    /// It answers with its first page in place of modules.
    PageForModules,
    /// It cuts modules short.
    CutModules,
    /// It cuts the worker's module short.
    CutWorkerModule,
    /// It sends scripts as text.
    ScriptsAsText,
    /// It does not answer when it is asked for the page's module.
    SilentModule,
    /// It does not answer when it is asked for the worker's module.
    SilentWorkerModule,
    /// It does not answer when it is asked for the script that starts the worker.
    SilentWorkerLoader,
    /// It does not answer when it is asked for the gallery.
    SilentGallery,
    /// Its policy forbids WebAssembly.
    StrictPolicy,
    /// Its policy forbids WebAssembly in workers.
    StrictPolicyForWorker,
    /// It sends modules as text: they run all the same.
    ModulesAsText,
    /// The same, and no browser is to guess otherwise: they run all the same.
    ModulesAsTextNotSniffed,
    /// Its policy allows no script and no style within the page but for style attributes: it runs.
    SuitingPolicy,
    /// It sends no policy: the page's own holds.
    NoPolicy,
}

const STRICT: &str = "default-src 'self'";
const SUITING: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";

/// The answer to a request for `path` below the page's address as that host gives it; `None`: it does not answer.
pub fn mistreated(wrong: Wrong, path: &str, mut response: Response) -> Option<Response> {
    let path = path.split('?').next().unwrap_or_default();
    let (is_page, is_module) = (path.is_empty(), path.ends_with(".wasm"));
    let is_of_worker = path.starts_with("worker");
    let is_script = path.starts_with("app-") && path.ends_with(".js");
    let is_missing = match wrong {
        Wrong::NoStart => path == "start.js",
        Wrong::NoModule => is_module && !is_of_worker,
        Wrong::NoScript => is_script,
        Wrong::NoWorkerModule => is_module && is_of_worker,
        Wrong::NoWorkerScript => path == "worker.js",
        Wrong::NoWorkerLoader => path == "worker_loader.js",
        Wrong::NoGallery => path.starts_with("gallery/"),
        _ => false,
    };
    if is_missing {
        response = Response { status: "404 Not Found", media_type: "text/html", bytes: "not here".into(), ..response };
    }
    match wrong {
        Wrong::NoWebAssembly if is_page => {
            let page = String::from_utf8_lossy(&response.bytes);
            let page = page.replacen("<head>", "<head><script>delete globalThis.WebAssembly</script>", 1);
            response.bytes = page.into_bytes();
        }
        Wrong::PageForModules if is_module => {
            response = Response { media_type: "text/html", bytes: "<!DOCTYPE html><p>Welcome".into(), ..response };
        }
        Wrong::CutModules if is_module => response.bytes.truncate(response.bytes.len() / 2),
        Wrong::CutWorkerModule if is_module && is_of_worker => response.bytes.truncate(response.bytes.len() / 2),
        Wrong::ScriptsAsText if is_script => response.media_type = "text/plain",
        Wrong::SilentModule if is_module && !is_of_worker => return None,
        Wrong::SilentWorkerModule if is_module && is_of_worker => return None,
        Wrong::SilentWorkerLoader if path == "worker_loader.js" => return None,
        Wrong::SilentGallery if path.starts_with("gallery/") => return None,
        Wrong::StrictPolicy => response.policy = STRICT,
        Wrong::StrictPolicyForWorker if is_of_worker => response.policy = STRICT,
        Wrong::ModulesAsText if is_module => response.media_type = "text/plain",
        Wrong::ModulesAsTextNotSniffed => {
            response.headers = "X-Content-Type-Options: nosniff\r\n";
            if is_module {
                response.media_type = "text/plain";
            }
        }
        Wrong::SuitingPolicy => response.policy = SUITING,
        Wrong::NoPolicy => response.policy = "",
        _ => {}
    }
    Some(response)
}
