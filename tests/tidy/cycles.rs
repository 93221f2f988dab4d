//! Cycles of imports: no files depend on each other in a circle, folder modules (`mod.rs`) included.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::source_files::{code, expanded, sources, split_uses};

/// One module of the crate.
struct Module {
    /// Path from the crate root: `["session", "targets"]`.
    path: Vec<String>,
    is_folder: bool,
    /// Expanded paths of `use`, each true if it is a re-export.
    uses: Vec<(String, bool)>,
    /// Code without `use`.
    code: String,
}

impl Module {
    /// Returns the module of a source file; `None` for files outside the crate, and for its root.
    fn of_file(name: &str, text: &str) -> Option<Self> {
        let path = name.strip_prefix("src/")?.strip_suffix(".rs")?;
        if ["lib", "main"].contains(&path) {
            return None;
        }
        let folder = path.strip_suffix("/mod");
        let (uses, code) = split_uses(&code(text));
        let expand = |(visibility, tree): &(String, String)| {
            let is_export = !visibility.is_empty();
            expanded(tree).into_iter().map(move |path| (path, is_export)).collect::<Vec<_>>()
        };
        Some(Self {
            path: folder.unwrap_or(path).split('/').map(str::to_owned).collect(),
            is_folder: folder.is_some(),
            uses: uses.iter().flat_map(expand).collect(),
            code,
        })
    }

    /// Returns a path of this module as a path from the crate root; `None` for one of another crate.
    fn absolute(&self, path: &str, children: &BTreeSet<&str>) -> Option<Vec<String>> {
        let mut parts: VecDeque<&str> = path.split("::").filter(|part| *part != "self").collect();
        let mut from: Vec<String> = self.path.clone();
        let first = path.split("::").next()?;
        match first {
            "crate" => {
                parts.pop_front();
                from.clear();
            }
            "super" => {
                while parts.front() == Some(&"super") {
                    parts.pop_front();
                    from.pop();
                }
            }
            "self" => {}
            child if children.contains(child) => {}
            _ => return None,
        }
        from.extend(parts.into_iter().map(str::to_owned));
        Some(from)
    }
}

/// All modules by their path.
struct Crate(BTreeMap<Vec<String>, Module>);

impl Crate {
    fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let modules = files.into_iter().filter_map(|(name, text)| Module::of_file(&name, &text));
        Self(modules.map(|module| (module.path.clone(), module)).collect())
    }

    fn children(&self, of: &Module) -> BTreeSet<&str> {
        let inside = self.0.keys().filter(|path| path.len() == of.path.len() + 1 && path.starts_with(&of.path));
        inside.filter_map(|path| path.last().map(String::as_str)).collect()
    }

    /// Returns the module that defines the item of a path. Re-exports of folder modules are followed.
    fn resolve(&self, path: &[String]) -> Option<&Module> {
        let length = (1..=path.len()).rev().find(|&length| self.0.contains_key(&path[..length]))?;
        let module = &self.0[&path[..length]];
        let Some(item) = path.get(length) else { return Some(module) };
        let children = self.children(module);
        for (exported, _) in module.uses.iter().filter(|(_, is_export)| *is_export) {
            let Some(target) = module.absolute(exported, &children) else { continue };
            let last = target.last().map(String::as_str);
            let is_glob = last == Some("*") && {
                let source = self.0.get(&target[..target.len() - 1]);
                source.is_some_and(|source| defines(&source.code, item))
            };
            if last == Some(item) || is_glob {
                return self.resolve(&target);
            }
        }
        Some(module)
    }

    /// Returns the modules that a module depends on.
    fn dependencies(&self, of: &Module) -> BTreeSet<Vec<String>> {
        let children = self.children(of);
        let mut found: Vec<Vec<String>> = Vec::new();
        for (path, is_export) in &of.uses {
            let Some(target) = of.absolute(path, &children) else { continue };
            let item = target.last().cloned().unwrap_or_default();
            // A module that passes an item on does not depend on it, unless its own code uses it.
            if *is_export && !contains_word(&of.code, &item) {
                continue;
            }
            match self.0.get(&target) {
                Some(folder) if folder.is_folder => found.extend(named_items(&of.code, &item).map(|name| {
                    let mut target = target.clone();
                    target.push(name);
                    target
                })),
                _ => found.push(target),
            }
        }
        for child in children {
            found.extend(contains_word(&of.code, &format!("{child}::")).then(|| {
                let mut path = of.path.clone();
                path.push(child.to_owned());
                path
            }));
        }
        let modules = found.iter().filter_map(|path| self.resolve(path));
        modules.map(|module| module.path.clone()).filter(|path| *path != of.path).collect()
    }

    /// Returns the cycles, each once: the shortest through its first module.
    fn cycles(&self) -> Vec<String> {
        let edges: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> =
            self.0.iter().map(|(path, module)| (path, self.dependencies(module))).collect();
        edges.keys().filter_map(|start| shortest_cycle(&edges, start)).collect()
    }
}

/// Returns the shortest cycle through a module, if no module before it in the alphabet is part of it.
fn shortest_cycle(edges: &BTreeMap<&Vec<String>, BTreeSet<Vec<String>>>, start: &Vec<String>) -> Option<String> {
    let mut reached_from: BTreeMap<&Vec<String>, &Vec<String>> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for next in edges.get(node).into_iter().flatten() {
            if next == start {
                let mut cycle = vec![start.join("::"), node.join("::")];
                let mut at = node;
                while let Some(before) = reached_from.get(at).copied().filter(|_| at != start) {
                    cycle.push(before.join("::"));
                    at = before;
                }
                cycle.dedup();
                cycle.reverse();
                return Some(cycle.join(" -> ")).filter(|_| cycle.iter().all(|name| *name >= start.join("::")));
            }
            if next > start && !reached_from.contains_key(next) {
                reached_from.insert(next, node);
                open.push_back(next);
            }
        }
    }
    None
}

/// Returns the names behind a module in code: `load` for `config::load(…)`.
fn named_items<'a>(code: &'a str, module: &str) -> impl Iterator<Item = String> + use<'a> {
    let pieces: Vec<&str> = code.split(&format!("{module}::")).skip(1).collect();
    pieces.into_iter().map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

fn contains_word(code: &str, word: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let ends_open = word.ends_with(':');
    code.match_indices(word).any(|(at, _)| {
        !is_word(code[..at].chars().next_back()) && (ends_open || !is_word(code[at + word.len()..].chars().next()))
    })
}

/// True if code defines an item at the top level.
fn defines(code: &str, item: &str) -> bool {
    ["struct", "enum", "fn", "trait", "type", "const", "static"]
        .iter()
        .any(|kind| contains_word(code, &format!("{kind} {item}")))
}

#[test]
fn no_files_import_each_other() {
    let cycles = Crate::new(sources()).cycles();
    assert!(cycles.is_empty(), "{cycles:#?}");
}

#[test]
fn cycles_through_folder_modules_are_seen() {
    let file = |name: &str, text: &str| (format!("src/{name}.rs"), text.to_owned());
    let found = |files: Vec<(String, String)>| Crate::new(files).cycles();
    let uses_child = file("a/mod", "mod b;\nuse b::Part;\npub struct Whole(Part);\n");
    let uses_parent = file("a/b", "use super::Whole;\npub struct Part;\n");
    assert_eq!(found(vec![uses_child.clone(), uses_parent]), ["a -> a::b -> a"]);
    assert!(found(vec![uses_child, file("a/b", "pub struct Part;\n")]).is_empty());
    // An item that the folder module passes on belongs to its file.
    let passes_on = file("a/mod", "mod b;\nmod c;\npub use b::Part;\npub use c::Other;\n");
    let (part, other) = (file("a/b", "pub struct Part;\n"), file("a/c", "use super::{Part};\npub struct Other;\n"));
    assert!(found(vec![passes_on.clone(), part, other.clone()]).is_empty());
    let part = file("a/b", "use crate::a::Other;\npub struct Part;\n");
    assert_eq!(found(vec![passes_on, part, other]), ["a::b -> a::c -> a::b"]);
}
