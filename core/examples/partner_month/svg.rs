//! A small SVG writer. Every coordinate is a whole number, so that the same story gives the same
//! bytes on every platform.

/// The look of everything that is drawn; the page and the picture bring it along.
pub(crate) const STYLE: &str = r#"
svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; font-size: 13px; fill: #334155; }
svg .strong { font-weight: 600; fill: #0f172a; }
svg .title { font-size: 17px; font-weight: 600; fill: #0f172a; }
svg .quiet { font-size: 12px; fill: #64748b; }
svg .small { font-size: 11px; fill: #64748b; }
svg .grid { stroke: #e2e8f0; stroke-width: 1; }
svg .axis { stroke: #94a3b8; stroke-width: 1; }
svg .arrow { stroke: #94a3b8; stroke-width: 1.6; fill: none; }
svg .commission { fill: #2f6fde; } svg .override { fill: #17a38b; } svg .reversal { fill: #e8743b; }
svg .tier0 { fill: #b3814a; } svg .tier1 { fill: #a9b4c2; } svg .tier2 { fill: #e3b23c; } svg .tier3 { fill: #6c5fc7; }
svg .box { fill: #ffffff; stroke: #cbd5e1; stroke-width: 1.2; }
"#;

/// Where a text stands from its point.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Shapes, in the order in which they are drawn.
#[derive(Default)]
pub(crate) struct Svg(String);

impl Svg {
    pub(crate) fn rect(&mut self, class: &str, (x, y): (i64, i64), (width, height): (i64, i64)) {
        self.round(class, (x, y), (width, height), 0);
    }

    pub(crate) fn round(
        &mut self,
        class: &str,
        (x, y): (i64, i64),
        (width, height): (i64, i64),
        radius: i64,
    ) {
        if width > 0 && height > 0 {
            let corner = if radius > 0 { format!(r#" rx="{radius}""#) } else { String::new() };
            self.0.push_str(&format!(
                r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"{corner}/>"#
            ));
        }
    }

    pub(crate) fn text(&mut self, class: &str, anchor: Anchor, (x, y): (i64, i64), text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let text = escaped(text);
        self.0.push_str(&format!(r#"<text class="{class}"{anchor} x="{x}" y="{y}">{text}</text>"#));
    }

    pub(crate) fn line(&mut self, class: &str, (x1, y1): (i64, i64), (x2, y2): (i64, i64)) {
        self.0.push_str(&format!(
            r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#
        ));
    }

    pub(crate) fn path(&mut self, class: &str, path: &str) {
        self.0.push_str(&format!(r#"<path class="{class}" d="{path}"/>"#));
    }

    /// Draws a part at a place of its own.
    pub(crate) fn place(&mut self, (x, y): (i64, i64), part: &Self) {
        self.0.push_str(&format!("\n<g transform=\"translate({x} {y})\">{}</g>", part.0));
    }

    /// A named colour, as legends have it.
    pub(crate) fn key(&mut self, class: &str, (x, y): (i64, i64), name: &str) {
        self.round(class, (x, y - 10), (11, 11), 2);
        self.text("quiet", Anchor::Start, (x + 16, y), name);
    }

    /// The drawing as an element for a page, which knows the style.
    pub(crate) fn element(&self, (width, height): (i64, i64), title: &str) -> String {
        let title = escaped(title);
        format!(
            "<svg role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\"><title>{title}</title>{}</svg>\n",
            self.0
        )
    }

    /// The drawing as a file of its own.
    pub(crate) fn file(&self, (width, height): (i64, i64), title: &str) -> String {
        let title = escaped(title);
        format!(
            "<svg role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\"><title>{title}</title>\n<style>{STYLE}</style>{}\n</svg>\n",
            self.0
        )
    }
}

/// Text as XML and HTML want it.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
