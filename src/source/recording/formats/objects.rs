//! Foreign JSON objects as rows: nested fields by their path, lists of objects as one row for each.

use serde_json::Value;

use super::super::fault::FaultKind;
use super::super::head::Head;
use super::super::table::{Content, Splitter};

/// Largest depth of nested objects.
const MAX_DEPTH: usize = 6;
/// Largest number of fields that are kept; logs may have thousands.
const MAX_NAMES: usize = 500;

/// Returns the object in a line, behind the prefix of a log; `None` if the line has none.
pub(super) fn object_in(line: &str) -> Option<Value> {
    let line = line.trim();
    let object = &line[line.find('{')?..];
    serde_json::from_str(object).ok().filter(Value::is_object)
}

/// Splitter of lines with one object each.
#[derive(Debug)]
pub(super) struct JsonSplitter {
    names: Vec<String>,
}

impl JsonSplitter {
    /// Creates the splitter for the fields of the first objects.
    pub(super) fn new(head: &Head) -> Self {
        Self { names: names_of(head.lines().filter_map(object_in).take(200).collect::<Vec<_>>().iter()) }
    }
}

/// Returns the paths of all fields of some objects, in the order in which they occur.
pub(super) fn names_of<'a>(objects: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for object in objects {
        for row in rows_of(object) {
            for (path, _) in row {
                if names.len() < MAX_NAMES && !names.contains(&path) {
                    names.push(path);
                }
            }
        }
    }
    names
}

/// Returns the cells of the rows of an object under some names.
pub(super) fn cells_of(object: &Value, names: &[String]) -> Vec<Vec<String>> {
    let rows = rows_of(object);
    rows.into_iter()
        .map(|row| {
            let mut cells = vec![String::new(); names.len()];
            for (path, value) in row {
                if let Some(at) = names.iter().position(|name| *name == path) {
                    cells[at] = value;
                }
            }
            cells
        })
        .collect()
}

/// Returns the rows of an object: one, or one for each object of its first list of objects.
fn rows_of(object: &Value) -> Vec<Vec<(String, String)>> {
    let mut shared = Vec::new();
    let mut list = None;
    flatten(object, "", 0, &mut shared, &mut list);
    match list {
        None => vec![shared],
        Some((path, objects)) => objects
            .iter()
            .map(|object| {
                let mut row = shared.clone();
                flatten(object, &path, 1, &mut row, &mut None);
                row
            })
            .collect(),
    }
}

/// Appends the fields of a value under their paths.
fn flatten<'a>(
    value: &'a Value,
    path: &str,
    depth: usize,
    fields: &mut Vec<(String, String)>,
    list: &mut Option<(String, &'a [Value])>,
) {
    match value {
        Value::Object(map) if depth < MAX_DEPTH => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(value, &path, depth + 1, fields, list);
            }
        }
        Value::Array(values) if list.is_none() && values.iter().any(Value::is_object) => {
            *list = Some((path.to_owned(), values));
        }
        Value::String(text) => fields.push((path.to_owned(), text.clone())),
        Value::Number(number) => fields.push((path.to_owned(), number.to_string())),
        Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Null => {}
    }
}

impl Splitter for JsonSplitter {
    fn split(&mut self, line: &str) -> Content {
        match object_in(line) {
            Some(object) => Content::Rows(cells_of(&object, &self.names)),
            None if line.trim_start().starts_with('{') => Content::Faulty(FaultKind::NotJson),
            None => Content::Other,
        }
    }

    fn names(&self) -> Option<Vec<String>> {
        Some(self.names.clone())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_fields_have_paths_and_lists_are_rows() {
        let object = json!({"ts": 1, "mem": {"rss": 5}, "records": [{"pid": 7}, {"pid": 8}]});
        let names = names_of([&object].into_iter());
        assert_eq!(names, ["mem.rss", "ts", "records.pid"]);
        assert_eq!(cells_of(&object, &names), [["5", "1", "7"], ["5", "1", "8"]]);
    }

    #[test]
    fn the_object_behind_a_prefix_is_found() {
        assert_eq!(object_in("worker-1 | {\"rss\": 5}"), Some(json!({"rss": 5})));
        assert_eq!(object_in("set {a} to 5"), None);
    }
}
