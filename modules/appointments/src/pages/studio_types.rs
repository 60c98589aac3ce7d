//! The studio's list of appointment types, and the form for one.

use events::{AppointmentTypeId, MemberId};
use kernel::{Check, Ctx, Form, FormState, Page, Problem, Redirect, Text};
use people::members::Member;
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use super::views::{Choice, StudioTypeRow, StudioTypesView, TypeFormView};
use crate::{
    model::{CoachMode, PlaceKind, type_input::TypeInput},
    policy::TYPES_WRITE,
    service::{schedules::coaches, types},
};

const LIST: &str = "/studio/appointment-types";
/// Figures of the form and what they are when nothing was typed.
const FIGURES: [(&str, i64); 6] = [
    ("minutes", 0),
    ("buffer_before_minutes", 0),
    ("buffer_after_minutes", 0),
    ("notice_minutes", 0),
    ("horizon_days", 60),
    ("position", 0),
];

/// `/{slug}/studio/appointment-types`
#[handler]
pub(super) async fn list(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let staff = coaches(ctx, TYPES_WRITE).await?;
    let rows = types::all(ctx).await?;
    let types = rows.iter().map(|(row, of)| StudioTypeRow::of(row, names(&staff, of))).collect();
    Ok(Page::of(&StudioTypesView { types }))
}

fn names(staff: &[Member], of: &[MemberId]) -> Vec<String> {
    staff.iter().filter(|member| of.contains(&member.id)).map(|member| member.name.clone()).collect()
}

/// A form for a new one.
#[handler]
pub(super) async fn blank(Data(ctx): Data<&Ctx>) -> Result<Page, Problem> {
    let form = FormState::default()
        .with("minutes", 45)
        .with("buffer_before_minutes", 0)
        .with("buffer_after_minutes", 15)
        .with("notice_minutes", 720)
        .with("horizon_days", 60)
        .with("position", 0)
        .with("place_kind", PlaceKind::Video.word())
        .with("coach_mode", CoachMode::Fixed.word())
        .with("active", "on");
    view(ctx, None, form, &[]).await.map(|view| Page::of(&view))
}

/// The new one was sent.
#[handler]
pub(super) async fn create(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let made = match read(&form) {
        Ok(input) => types::create(ctx, input).await,
        Err(problem) => Err(problem),
    };
    answer(ctx, None, &form, made.map(drop)).await
}

/// `/{slug}/studio/appointment-types/{id}`
#[handler]
pub(super) async fn edit(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let (row, of) = types::get(ctx, parse(&id)?).await?;
    let input = TypeInput::of(&row, of.clone());
    let mut form = FormState::default()
        .with("slug", &row.slug)
        .with("name", &row.name)
        .with("description", &row.description)
        .with("step_minutes", row.step_minutes)
        .with("place_kind", row.place_kind.word())
        .with("place", &row.place)
        .with("coach_mode", row.coach_mode.word());
    if row.active {
        form = form.with("active", "on");
    }
    for (name, value) in figures(&input) {
        form = form.with(name, value);
    }
    view(ctx, Some(row.id), form, &of).await.map(|view| Page::of(&view))
}

/// The change was sent.
#[handler]
pub(super) async fn update(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let id = parse(&id)?;
    let changed = match read(&form) {
        Ok(input) => types::update(ctx, id, |_| input).await,
        Err(problem) => Err(problem),
    };
    answer(ctx, Some(id), &form, changed.map(drop)).await
}

fn figures(input: &TypeInput) -> [(&'static str, i64); 6] {
    [
        ("minutes", input.minutes),
        ("buffer_before_minutes", input.buffer_before_minutes),
        ("buffer_after_minutes", input.buffer_after_minutes),
        ("notice_minutes", input.notice_minutes),
        ("horizon_days", input.horizon_days),
        ("position", input.position),
    ]
}

async fn answer(
    ctx: &Ctx,
    id: Option<AppointmentTypeId>,
    form: &Form,
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => {
            Ok(Redirect::to(ctx.path(LIST)).flash(Text::key("appointments-flash-type-saved")).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let view = view(ctx, id, form.refused(&problem), &chosen(form)).await?;
            Ok(Page::of(&view).status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

async fn view(
    ctx: &Ctx,
    id: Option<AppointmentTypeId>,
    form: FormState,
    chosen: &[MemberId],
) -> Result<TypeFormView, Problem> {
    let staff = coaches(ctx, TYPES_WRITE).await?;
    let only = staff.len() == 1;
    let choice = |member: Member| Choice {
        current: only || chosen.contains(&member.id),
        value: member.id.to_string(),
        label: member.name,
    };
    Ok(TypeFormView {
        action: id.map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}")),
        is_new: id.is_none(),
        place_kind: typed(&form, "place_kind"),
        coach_mode: typed(&form, "coach_mode"),
        coaches_error: form.errors.get("coaches").cloned(),
        coaches: staff.into_iter().map(choice).collect(),
        form,
    })
}

fn typed(form: &FormState, name: &str) -> String {
    form.values.get(name).cloned().unwrap_or_default()
}

fn chosen(form: &Form) -> Vec<MemberId> {
    form.all("coaches").iter().filter_map(|id| id.parse().ok()).collect()
}

/// Reads the form; a figure that is none is named.
fn read(form: &Form) -> Result<TypeInput, Problem> {
    let mut check = Check::new();
    let [minutes, before, after, notice, horizon, position] =
        FIGURES.map(|(name, otherwise)| number(&mut check, form, name, otherwise));
    let step = form.optional("step_minutes").map(|_| number(&mut check, form, "step_minutes", 0));
    let place_kind = form.parse("place_kind", "unreadable").unwrap_or(PlaceKind::Video);
    let coach_mode = form.parse("coach_mode", "unreadable").unwrap_or(CoachMode::Fixed);
    check.finish()?;
    Ok(TypeInput {
        slug: form.string("slug"),
        name: form.string("name"),
        description: form.string("description"),
        minutes,
        step_minutes: step,
        buffer_before_minutes: before,
        buffer_after_minutes: after,
        notice_minutes: notice,
        horizon_days: horizon,
        place_kind,
        place: form.string("place"),
        coach_mode,
        coaches: chosen(form),
        active: form.ticked("active"),
        position,
        ..TypeInput::default()
    })
}

fn number(check: &mut Check, form: &Form, name: &str, otherwise: i64) -> i64 {
    let typed = form.text(name);
    let value = if typed.is_empty() { Ok(otherwise) } else { typed.parse() };
    check.require(value.is_ok(), name, "whole_number");
    value.unwrap_or(otherwise)
}

fn parse(id: &str) -> Result<AppointmentTypeId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}
