//! The published schema of model files against a model as it is written.

use ndarray::Array2;
use predict::model::{Card, CutOff, Meaning, Missing, Model, Origin, Provenance, Scope, Words, range_of};
use predict::pipeline::Recipe;
use predict::training::{Plan, train};
use predict::{Outcome, Table};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use serde_json::Value;

/// What is wrong with a value, by the keywords that the schema uses; any other keyword is an error of the schema.
fn faults(schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let keywords = schema.as_object().expect("a schema is an object");
    for (keyword, argument) in keywords {
        match keyword.as_str() {
            "$schema" | "title" | "description" | "required" | "additionalProperties" => {}
            "type" => {
                let is = match argument.as_str().expect("a word") {
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("type {other}"),
                };
                if !is {
                    found.push(format!("{place}: {value} is no {argument}"));
                }
            }
            "const" if value != argument => found.push(format!("{place}: {value} is not {argument}")),
            "enum" if !argument.as_array().expect("a list").contains(value) => {
                found.push(format!("{place}: {value} is none of {argument}"));
            }
            "const" | "enum" => {}
            "pattern" => {
                assert_eq!(argument, "^[0-9a-f]{64}$");
                let text = value.as_str().unwrap_or_default();
                if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                {
                    found.push(format!("{place}: {value} is no SHA-256"));
                }
            }
            "minItems" | "maxItems" => {
                let n = value.as_array().map_or(0, Vec::len) as u64;
                let bound = argument.as_u64().expect("a number");
                if (keyword == "minItems" && n < bound) || (keyword == "maxItems" && n > bound) {
                    found.push(format!("{place}: {n} items for {keyword} {bound}"));
                }
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    faults(argument, item, &format!("{place}[{n}]"), found);
                }
            }
            "properties" => {
                let Some(object) = value.as_object() else { continue };
                let known = argument.as_object().expect("an object");
                for name in object.keys().filter(|name| !known.contains_key(*name)) {
                    found.push(format!("{place}: {name} is not in the schema"));
                }
                for name in schema["required"].as_array().expect("a list") {
                    if !object.contains_key(name.as_str().expect("a name")) {
                        found.push(format!("{place}: {name} is missing"));
                    }
                }
                for (name, schema) in known {
                    if let Some(value) = object.get(name) {
                        faults(schema, value, &format!("{place}.{name}"), found);
                    }
                }
            }
            "anyOf" => {
                let fits = argument.as_array().expect("a list").iter().any(|schema| {
                    let mut own = Vec::new();
                    faults(schema, value, place, &mut own);
                    own.is_empty()
                });
                if !fits {
                    found.push(format!("{place}: {value} fits none"));
                }
            }
            other => panic!("the schema uses {other}, which this test does not know"),
        }
    }
}

/// A model with everything in it: sites, a comparator, cut-off, words, a range.
fn model() -> Model {
    let mut random = ChaCha12Rng::seed_from_u64(3);
    let rows = 120;
    let values = Array2::from_shape_simple_fn((6, rows), || random.random::<f64>());
    let yes = (0..rows).map(|row| values[[0, row]] + 0.3 * random.random::<f64>() > 0.65).collect();
    let table = Table {
        names: (0..6).map(|j| format!("x{j}")).collect(),
        values,
        groups: (0..rows).collect(),
        sites: Some((0..rows).map(|row| row % 2).collect()),
        repeat: None,
    };
    let plan = Plan {
        folds: 3,
        recipe: Recipe { harmonise: true, ..Recipe::default() },
        bootstraps: 20,
        least_events: 10,
        comparators: vec![("one".into(), table.select(&[1]))],
    };
    let outcome = Outcome::Binary(yes);
    let trained = train(&table, &outcome, &plan).expect("a sound table");
    let cut = CutOff { below: "cold".into(), above: "hot".into(), value: f64::NAN, origin: String::new() };
    let card = Card {
        name: "a".into(),
        intended_use: "tests".into(),
        class: None,
        scope: Scope {
            ranges: vec![range_of("kvp", &[100.0, 120.0])],
            words: vec![Words { column: "sex".into(), known: vec!["F".into()] }],
            ..Scope::default()
        },
        target: "b".into(),
        missing: Missing::Refuse,
        least_volume_mm3: 1000.0,
        cut_offs: vec![cut],
        licence: String::new(),
        patent_note: String::new(),
        references: vec!["c".into()],
    };
    let origin = Origin {
        recipe: String::new(),
        meaning: &|_| Meaning::default(),
        sites: Some(("site".into(), vec!["north".into(), "south".into()])),
        recalibrate: true,
        population: Vec::new(),
        provenance: Provenance::default(),
    };
    Model::of(&trained, &table, &outcome, &plan, card, origin).expect("a model")
}

#[test]
fn a_written_model_follows_the_published_schema_and_other_things_do_not() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/formats/model.schema.json"))
        .expect("the schema is JSON");
    let model = model();
    assert!(model.harmonisation.is_some() && model.calibration.is_some() && !model.variables.is_empty());
    let written: Value = serde_json::from_str(&model.to_json()).expect("JSON");
    let check = |value: &Value| {
        let mut found = Vec::new();
        faults(&schema, value, "model", &mut found);
        found
    };
    assert_eq!(check(&written), Vec::<String>::new());
    // Each field that goes, comes or changes its type is noticed.
    for name in written.as_object().expect("an object").keys() {
        let mut other = written.clone();
        let removed = other.as_object_mut().expect("an object").remove(name);
        assert!(!check(&other).is_empty(), "without {name}");
        other[name] = Value::from(vec![removed.expect("it was there")]);
        assert!(!check(&other).is_empty(), "{name} in a list");
    }
    let mut other = written.clone();
    other["variables"][0]["code"] = "rm".into();
    assert!(!check(&other).is_empty(), "code in a variable");
}

#[test]
fn a_model_takes_the_effect_of_a_site_out_and_knows_no_other_site() {
    use predict::model::{Answer, Given};
    let model = model();
    let score = |site: Option<&str>| {
        let value = |_: &str| Some(0.6);
        let given = Given {
            value: &value_of(&value),
            word: &|_| None,
            recipe_sha256: &model.recipe_sha256,
            modality: None,
            cancer: None,
            contrast: None,
            site,
            volume_mm3: None,
        };
        match model.score(&given) {
            Answer::Score(score) => Ok(score.score),
            Answer::None { reasons } => Err(reasons.join("; ")),
        }
    };
    assert_ne!(score(Some("north")), score(Some("south")));
    assert!(score(Some("west")).unwrap_err().contains("only north, south were learnt"));
    assert!(score(None).unwrap_err().contains("site is missing"));
}

/// The acquisition is in scope, whatever the variables are.
fn value_of(of: &dyn Fn(&str) -> Option<f64>) -> impl Fn(&str) -> Option<f64> + '_ {
    move |column| if column == "kvp" { Some(120.0) } else { of(column) }
}
