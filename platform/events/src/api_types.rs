//! How ids, instants and money look in the OpenAPI document, and how they are read from a request.

use std::borrow::Cow;

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef, Registry},
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type},
};
use serde_json::Value;

use crate::{Currency, Id, Instant, Kind, Money};

macro_rules! text_type {
    ([$($generic:tt)*] $name:ty, $schema:expr) => {
        impl $($generic)* Type for $name {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;
            fn name() -> Cow<'static, str> {
                "string".into()
            }
            fn schema_ref() -> MetaSchemaRef {
                MetaSchemaRef::Inline(Box::new($schema))
            }
            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }
        impl $($generic)* ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                match value.unwrap_or_default() {
                    Value::String(text) => text.parse().map_err(ParseError::custom),
                    other => Err(ParseError::expected_type(other)),
                }
            }
        }
        impl $($generic)* ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                value.parse().map_err(ParseError::custom)
            }
        }
        impl $($generic)* ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String(self.to_string()))
            }
        }
    };
}

text_type!([<K: Kind>] Id<K>, MetaSchema {
    pattern: Some(format!("^{}_[0-9a-f]{{32}}$", K::PREFIX)),
    ..MetaSchema::new("string")
});
text_type!([] Instant, MetaSchema::new_with_format("string", "date-time"));
text_type!([] Currency, MetaSchema {
    enum_items: Currency::codes().map(Value::from).collect(),
    ..MetaSchema::new("string")
});

impl Type for Money {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;
    fn name() -> Cow<'static, str> {
        "Money".into()
    }
    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference("Money".into())
    }
    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>("Money".into(), |_| MetaSchema {
            description: Some("An amount in minor units (pence, cents) of an ISO 4217 currency."),
            required: vec!["amount", "currency"],
            properties: vec![
                ("amount", MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("integer", "int64")))),
                ("currency", Currency::schema_ref()),
            ],
            ..MetaSchema::new("object")
        });
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}
impl ParseFromJSON for Money {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        serde_json::from_value(value.unwrap_or_default()).map_err(ParseError::custom)
    }
}
impl ToJSON for Money {
    fn to_json(&self) -> Option<Value> {
        serde_json::to_value(self).ok()
    }
}
