//! Pieces of SVG files that stand alone.

use std::fmt::Write;

/// Text as it may stand between tags and in attributes.
pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
        out
    })
}

/// A computed colour as every program reads it: `color(srgb 0.5 0 1 / 0.5)`, which mixtures compute to, becomes `rgba`.
pub fn plain_colour(css: &str) -> String {
    let Some(inner) = css.trim().strip_prefix("color(srgb ").and_then(|rest| rest.strip_suffix(')')) else {
        return css.trim().to_owned();
    };
    let parts: Vec<f64> = inner.split([' ', '/']).filter_map(|part| part.parse().ok()).collect();
    let byte = |share: f64| (share * 255.0).round().clamp(0.0, 255.0);
    match parts[..] {
        [r, g, b] => format!("rgb({}, {}, {})", byte(r), byte(g), byte(b)),
        [r, g, b, a] => format!("rgba({}, {}, {}, {a})", byte(r), byte(g), byte(b)),
        _ => css.to_owned(),
    }
}

/// Whether a computed colour shows at all.
pub fn shows(colour: &str) -> bool {
    !matches!(colour, "" | "transparent" | "rgba(0, 0, 0, 0)")
}

/// The colours of a computed `linear-gradient(to right, …)`; none where it is another picture.
pub fn gradient_colours(css: &str) -> Vec<String> {
    let Some(inner) = css.trim().strip_prefix("linear-gradient(").and_then(|rest| rest.strip_suffix(')')) else {
        return Vec::new();
    };
    let mut depth = 0;
    let parts = inner.split(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    });
    parts.skip(1).map(plain_colour).collect()
}

/// A file of `width` by `height` pixels, with a ground of one colour.
pub fn document(width: f64, height: f64, ground: &str, font: &str, body: &str) -> String {
    let font = escape(font);
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" font-family="{font}">"#
    );
    let _ = write!(out, r#"<rect width="100%" height="100%" fill="{ground}"/>{body}</svg>"#);
    out
}

/// A rectangle filled with colours from left to right; `id` is its own in the file.
pub fn ramp(id: usize, [left, top, width, height]: [f64; 4], colours: &[String]) -> String {
    let last = colours.len().saturating_sub(1).max(1) as f64;
    let stops = colours.iter().enumerate();
    let stops: String =
        stops.map(|(at, colour)| format!(r#"<stop offset="{}" stop-color="{colour}"/>"#, at as f64 / last)).collect();
    format!(
        r#"<linearGradient id="ramp-{id}">{stops}</linearGradient><rect x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}" fill="url(#ramp-{id})"/>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixtures_become_plain_colours() {
        assert_eq!(plain_colour("color(srgb 1 0.5 0)"), "rgb(255, 128, 0)");
        assert_eq!(plain_colour("color(srgb 1 0.5 0 / 0.25)"), "rgba(255, 128, 0, 0.25)");
        assert_eq!(plain_colour(" rgb(1, 2, 3)"), "rgb(1, 2, 3)");
        assert!(!shows("rgba(0, 0, 0, 0)") && shows("rgb(0, 0, 0)"));
    }

    #[test]
    fn a_gradient_is_its_colours() {
        let css = "linear-gradient(to right, rgb(1, 2, 3), color(srgb 0 0 1))";
        assert_eq!(gradient_colours(css), ["rgb(1, 2, 3)", "rgb(0, 0, 255)"]);
        assert!(gradient_colours("none").is_empty());
        assert!(
            ramp(3, [0.0, 1.0, 2.0, 3.0], &gradient_colours(css)).contains(r#"offset="1" stop-color="rgb(0, 0, 255)""#)
        );
    }

    #[test]
    fn text_cannot_end_an_attribute() {
        assert_eq!(escape(r#"a<b> & "c""#), "a&lt;b&gt; &amp; &quot;c&quot;");
        assert!(document(2.0, 3.4, "white", "\"Noto\"", "<g/>").ends_with(r#"fill="white"/><g/></svg>"#));
    }
}
