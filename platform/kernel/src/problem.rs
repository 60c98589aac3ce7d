use poem::{
    Body, IntoResponse, Response,
    error::ResponseError,
    http::{StatusCode, header},
};
use poem_openapi::{
    ApiResponse,
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef, Registry},
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Text, TxError};

/// What is wrong with one field of the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Name of the field; parts of a nested one are joined by `/`: `answers/0`.
    pub field: String,
    /// Stable code, for example `too_long`. Its text is the message `field-too-long`.
    pub code: &'static str,
    /// Values of that message.
    pub args: Vec<(String, String)>,
}

impl FieldError {
    /// A field and what is wrong with it.
    #[must_use]
    pub fn new(field: impl Into<String>, code: &'static str) -> Self {
        Self { field: field.into(), code, args: Vec::new() }
    }
    /// Adds a value for the text.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.into(), value.to_string()));
        self
    }
    /// The message for people.
    #[must_use]
    pub fn text(&self) -> Text {
        Text {
            key: format!("field-{}", self.code.replace('_', "-")),
            args: self.args.iter().cloned().collect(),
        }
    }
}

/// An answer that is not what was asked for: an RFC 9457 problem in the API, a helpful page elsewhere.
///
/// The host renders it: the text is the message `problem-{code}` of the locale files.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{status} {code}")]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code, for example `slot_taken`.
    pub code: &'static str,
    /// Values of its message.
    pub args: Vec<(String, String)>,
    /// What is wrong with which fields.
    pub fields: Vec<FieldError>,
    /// Further members of the problem document, for example the nearest free slots.
    pub extra: Map<String, Value>,
    /// For the log only; never shown.
    pub cause: Option<String>,
}

impl Problem {
    /// A problem with a status and a code.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, args: Vec::new(), fields: Vec::new(), extra: Map::new(), cause: None }
    }
    /// 404: there is no such thing, or the caller may not know of it.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }
    /// 422 with the fields at fault.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input") }
    }
    /// 422 with one field at fault.
    #[must_use]
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::invalid(vec![FieldError::new(field, code)])
    }
    /// 409: it was possible, but not any more.
    #[must_use]
    pub fn conflict(code: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, code)
    }
    /// 500 with a cause for the log.
    #[must_use]
    pub fn internal(cause: impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal") }
    }
    /// Adds a value for the text.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.into(), value.to_string()));
        self
    }
    /// Adds a member to the problem document.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.extra.insert(name.into(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }
    /// The message for people.
    #[must_use]
    pub fn text(&self) -> Text {
        Text {
            key: format!("problem-{}", self.code.replace('_', "-")),
            args: self.args.iter().cloned().collect(),
        }
    }
}

impl From<TxError> for Problem {
    fn from(error: TxError) -> Self {
        match error {
            TxError::Denied(permission) => Self {
                cause: Some(format!("permission {} denied", permission.0)),
                ..Self::new(StatusCode::FORBIDDEN, "forbidden")
            },
            TxError::Busy(cause) => {
                Self { cause: Some(cause), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy") }
            }
            TxError::Db(error) => error.into(),
        }
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::NotFound => Self::not_found(),
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                info,
            ) => Self {
                cause: Some(info.message().into()),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy")
            },
            // The database ended this transaction in favour of another; diesel knows no kind of its own for a deadlock.
            Error::DatabaseError(kind, ref info)
                if matches!(kind, DatabaseErrorKind::SerializationFailure)
                    || info.message() == "deadlock detected" =>
            {
                let again = Self::new(StatusCode::SERVICE_UNAVAILABLE, "try_again").with("retry_after", 1);
                Self { cause: Some(info.message().into()), ..again }
            }
            // PostgreSQL keeps no NUL in text: whoever typed one gets told, wherever it was.
            Error::DatabaseError(_, ref info)
                if info.message().starts_with("invalid byte sequence for encoding") =>
            {
                Self { cause: Some(info.message().into()), ..Self::invalid(Vec::new()) }
            }
            other => Self::internal(other),
        }
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }
    /// A bare document; the host replaces it, having the texts and knowing who asks.
    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body::from_json(serde_json::json!({ "status": self.status.as_u16(), "code": self.code }));
        Response::builder()
            .status(self.status)
            .header(header::CONTENT_TYPE, "application/problem+json")
            .extension(self)
            .body(body.unwrap_or_else(|_| Body::empty()))
    }
}

impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "A problem (RFC 9457): status, stable code, text, and the fields at fault.",
                status: None,
                status_range: None,
                content: vec![MetaMediaType {
                    content_type: "application/problem+json",
                    schema: MetaSchemaRef::Reference("Problem".into()),
                }],
                headers: vec![],
            }],
        }
    }
    fn register(registry: &mut Registry) {
        let text = || MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")));
        registry.create_schema::<Value, _>("Problem".into(), |_| MetaSchema {
            description: Some("RFC 9457 problem details."),
            required: vec!["type", "title", "status", "code"],
            properties: vec![
                ("type", text()),
                ("title", text()),
                ("status", MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("integer", "int32")))),
                ("code", text()),
                ("detail", text()),
                ("request_id", text()),
                (
                    "errors",
                    MetaSchemaRef::Inline(Box::new(MetaSchema {
                        items: Some(Box::new(MetaSchemaRef::Inline(Box::new(MetaSchema {
                            required: vec!["pointer", "code", "detail"],
                            properties: vec![("pointer", text()), ("code", text()), ("detail", text())],
                            ..MetaSchema::new("object")
                        })))),
                        ..MetaSchema::new("array")
                    })),
                ),
            ],
            ..MetaSchema::new("object")
        });
    }
}

#[cfg(test)]
mod tests {
    use diesel::result::{DatabaseErrorKind, Error};

    use super::*;

    fn refused(kind: DatabaseErrorKind, message: &str) -> Problem {
        Error::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn who_gave_way_in_the_database_is_asked_to_come_again() {
        let serial = "could not serialize access due to concurrent update";
        for problem in [
            refused(DatabaseErrorKind::Unknown, "deadlock detected"),
            refused(DatabaseErrorKind::SerializationFailure, serial),
        ] {
            assert_eq!((problem.status, problem.code), (StatusCode::SERVICE_UNAVAILABLE, "try_again"));
            assert_eq!(problem.extra.get("retry_after"), Some(&Value::from(1)));
            assert!(problem.cause.is_some());
        }
        assert_eq!(
            refused(DatabaseErrorKind::Unknown, "disk full").status,
            StatusCode::INTERNAL_SERVER_ERROR
        );
    }
}
