//! Tables as Parquet files.

use super::columns::{Column, Values};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The bytes of a file with these columns; recipe, version and the meaning of a wide table's columns are in its metadata.
pub fn encoded(columns: &[Column], recipe: &str) -> Result<Vec<u8>, ParquetError> {
    let fields = columns.iter().map(|column| field(column).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Type::group_type_builder("features").with_fields(fields).build()?);
    let meanings: BTreeMap<&str, _> =
        columns.iter().filter_map(|column| Some((column.name.as_str(), column.of.as_ref()?))).collect();
    let mut metadata = vec![
        KeyValue::new("straydose.version".into(), env!("CARGO_PKG_VERSION").to_owned()),
        KeyValue::new("straydose.recipe".into(), recipe.to_owned()),
        KeyValue::new("straydose.intended_use".into(), crate::args::INTENDED_USE.to_owned()),
    ];
    if !meanings.is_empty() {
        let text =
            serde_json::to_string(&meanings).map_err(|error| ParquetError::General(error.to_string()))?;
        metadata.push(KeyValue::new("straydose.columns".into(), text));
    }
    let properties = WriterProperties::builder()
        .set_created_by(format!("straydose {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(metadata))
        .build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for column in columns {
        let mut out =
            group.next_column()?.ok_or_else(|| ParquetError::General("a column is missing".into()))?;
        match &column.values {
            Values::Text(values) => {
                let values: Vec<ByteArray> = values.iter().map(|value| ByteArray::from(*value)).collect();
                out.typed::<ByteArrayType>().write_batch(&values, None, None)?;
            }
            Values::Number(values) => {
                out.typed::<DoubleType>().write_batch(values, None, None)?;
            }
            Values::Count(values) => {
                let values: Vec<i64> = values.iter().map(|value| *value as i64).collect();
                out.typed::<Int64Type>().write_batch(&values, None, None)?;
            }
        }
        out.close()?;
    }
    group.close()?;
    writer.into_inner()
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.values {
        Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Values::Number(_) => (Physical::DOUBLE, None),
        Values::Count(_) => (Physical::INT64, None),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(logical)
        .build()
}
