//! A processor that lacks what the command was built for is told so in a sentence. An instruction that it does not have would end
//! the command without one.

use hrm_core::engine::cpu::missing_instructions;

/// Called before anything else, by the C library: with link-time optimisation Rust's standard library, too, which starts `main`, is
/// compiled for the machine that builds it.
#[used]
#[unsafe(link_section = ".init_array")]
static BEFORE_MAIN: extern "C" fn() = check;

/// Neither allocates nor formats: both may take instructions that are not there. (What is left takes AVX where that was allowed, so a
/// processor without it, of before 2011, still ends without a word.)
extern "C" fn check() {
    let mut missing = missing_instructions();
    let Some(first) = missing.next() else { return };
    say("hrm: built for a processor with ");
    say(first);
    for name in missing {
        say(", ");
        say(name);
    }
    say(", which this one does not have: build it on this machine, cargo build --release\n");
    // Nothing has been opened yet that would want closing.
    unsafe { libc::_exit(2) }
}

fn say(text: &str) {
    // Bytes that live as long as the program; where nobody reads them there is nothing to do about it.
    unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
}
