//! The order of the list of runs.

/// The order of `runs` while a field is open in the list: those that were there `before` keep their places, new ones
/// come first. An element that is moved loses the focus.
pub fn held(runs: Vec<String>, before: &[String]) -> Vec<String> {
    let (known, new): (Vec<_>, Vec<_>) = runs.into_iter().partition(|run| before.contains(run));
    let stays = before.iter().filter(|run| known.contains(run)).cloned();
    new.into_iter().chain(stays).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_keeps_its_place() {
        let of = |names: &str| names.chars().map(String::from).collect::<Vec<_>>();
        let before = of("abc");
        assert_eq!(held(of("cab"), &before), before);
        assert_eq!(held(of("cdab"), &before), of("dabc"));
        assert_eq!(held(of("ca"), &before), of("ac"));
    }
}
