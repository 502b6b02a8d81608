//! Pages of reports: one file each, without scripts, light and dark.

use std::fmt::Write;

/// A page with a title and a body.
pub fn page(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>\
         :root{{color-scheme:light dark}}\
         body{{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}\
         .wide{{overflow-x:auto}}table{{border-collapse:collapse;font-variant-numeric:tabular-nums}}\
         th,td{{padding:.25rem .75rem;text-align:right;border-bottom:1px solid #8884}}\
         th:first-child,td:first-child{{text-align:left}}tr.sum td{{font-weight:600}}\
         small{{opacity:.75;font-weight:400}}figure{{margin:1.5rem 0}}img{{max-width:100%;height:auto}}\
         </style></head><body><main><h1>{title}</h1>{body}</main></body></html>\n"
    )
}

/// A table; cells are HTML.
pub fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    table_of(heads, rows, None)
}

/// A table whose last row is over all others.
pub fn table_with_sum(heads: &[&str], rows: &[Vec<String>]) -> String {
    table_of(heads, rows, rows.len().checked_sub(1))
}

fn table_of(heads: &[&str], rows: &[Vec<String>], sum: Option<usize>) -> String {
    let mut out = String::from("<div class=\"wide\" tabindex=\"0\"><table><thead><tr>");
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(head));
    }
    out.push_str("</tr></thead><tbody>");
    for (number, row) in rows.iter().enumerate() {
        out.push_str(if Some(number) == sum { "<tr class=\"sum\">" } else { "<tr>" });
        row.iter().for_each(|cell| {
            let _ = write!(out, "<td>{cell}</td>");
        });
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
    out
}

/// A p-value as a cell of a table.
pub fn p_value(p: Option<f64>) -> String {
    match p {
        None => "–".to_owned(),
        Some(p) if p < 0.001 => "&lt; 0.001".to_owned(),
        Some(p) => format!("{p:.3}"),
    }
}

/// Text as HTML shows it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
        assert!(page("<script>", "").contains("<title>&lt;script&gt;</title>"));
    }
}
