//! The studio's list of appointment types, and the form for one.

use events::{AppointmentTypeId, MemberId};
use kernel::{Ctx, Form, FormState, Page, Problem, Redirect, Text};
use people::members::Member;
use poem::{
    IntoResponse, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use super::{
    type_form::{SPANS, chosen, filled, fresh, read, words},
    type_lists::{Lists, unit},
    views::{Choice, FieldLabel, OpenSections, StudioTypeRow, StudioTypesView, TypeFormView},
};
use crate::{
    model::type_input::TypeInput,
    policy::TYPES_WRITE,
    service::{schedules::coaches, types},
};

const LIST: &str = "/studio/appointment-types";

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
    let input = fresh();
    let lists = Lists::of(&input, ctx.tenant().currency);
    let form = filled(&input, ctx.tenant().currency);
    Shown { id: None, form, lists, chosen: Vec::new(), opened: &[], button: "" }.page(ctx).await
}

/// The new one was sent.
#[handler]
pub(super) async fn create(Data(ctx): Data<&Ctx>, form: Form) -> Result<Response, Problem> {
    let lists = Lists::typed(&form);
    if let Some(button) = form.optional("do") {
        return changed(ctx, None, &form, lists, &button).await;
    }
    let made = match read(&form, &lists, ctx.tenant().currency, (ctx.new_id(), ctx.now())) {
        Ok(input) => types::create(ctx, input).await,
        Err(problem) => Err(problem),
    };
    answer(ctx, None, &form, lists, made.map(drop)).await
}

/// `/{slug}/studio/appointment-types/{id}`
#[handler]
pub(super) async fn edit(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
) -> Result<Page, Problem> {
    let (row, chosen) = types::get(ctx, parse(&id)?).await?;
    let input = TypeInput::of(&row, chosen.clone());
    let lists = Lists::of(&input, ctx.tenant().currency);
    let form = filled(&input, ctx.tenant().currency);
    Shown { id: Some(row.id), form, lists, chosen, opened: &[], button: "" }.page(ctx).await
}

/// The change was sent.
#[handler]
pub(super) async fn update(
    Data(ctx): Data<&Ctx>,
    Path((_, id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let (id, lists) = (parse(&id)?, Lists::typed(&form));
    if let Some(button) = form.optional("do") {
        return changed(ctx, Some(id), &form, lists, &button).await;
    }
    let done = match read(&form, &lists, ctx.tenant().currency, (id, ctx.now())) {
        Ok(input) => types::update(ctx, id, |_| input).await,
        Err(problem) => Err(problem),
    };
    answer(ctx, Some(id), &form, lists, done.map(drop)).await
}

/// One of the buttons that change a list: the form again, nothing saved.
async fn changed(
    ctx: &Ctx,
    id: Option<AppointmentTypeId>,
    form: &Form,
    mut lists: Lists,
    button: &str,
) -> Result<Response, Problem> {
    lists.act(button);
    let opened = form.all("open");
    let shown = Shown { id, form: lists.fill(form.state()), lists, chosen: chosen(form), opened, button };
    shown.page(ctx).await.map(IntoResponse::into_response)
}

async fn answer(
    ctx: &Ctx,
    id: Option<AppointmentTypeId>,
    form: &Form,
    lists: Lists,
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(()) => {
            Ok(Redirect::to(ctx.path(LIST)).flash(Text::key("appointments-flash-type-saved")).into_response())
        }
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            let state = lists.fill(form.refused(&problem));
            let opened = form.all("open");
            let shown = Shown { id, form: state, lists, chosen: chosen(form), opened, button: "" };
            Ok(shown.page(ctx).await?.status(problem.status).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The form as it is to be shown.
struct Shown<'a> {
    id: Option<AppointmentTypeId>,
    form: FormState,
    lists: Lists,
    chosen: Vec<MemberId>,
    /// Sections that the reader had open.
    opened: &'a [String],
    /// What was pressed, if a list was changed.
    button: &'a str,
}

impl Shown<'_> {
    async fn page(self, ctx: &Ctx) -> Result<Page, Problem> {
        let staff = coaches(ctx, TYPES_WRITE).await?;
        let only = staff.len() == 1;
        let choice = |member: Member| Choice {
            current: only || self.chosen.contains(&member.id),
            value: member.id.to_string(),
            label: member.name,
        };
        let coaches = staff.into_iter().map(choice).collect();
        Ok(Page::of(&self.view(coaches, ctx.tenant().currency.code())))
    }

    fn view(self, coaches: Vec<Choice>, currency: &str) -> TypeFormView {
        let form = self.form;
        let (place_kind, coach_mode) = words(&form);
        let [notice_unit, cancel_unit, move_unit] =
            SPANS.map(|name| form.values.get(&unit(name)).cloned().unwrap_or_default());
        let is = |name: &str, word: &str| form.values.get(name).is_some_and(|value| value == word);
        let wrong = |name: &str| form.errors.contains_key(name);
        TypeFormView {
            action: self.id.map_or_else(|| format!("{LIST}/new"), |id| format!("{LIST}/{id}")),
            is_new: self.id.is_none(),
            currency: currency.to_owned(),
            place_kind,
            coach_mode,
            notice_unit,
            cancel_unit,
            move_unit,
            ranged: is("bookable", "range"),
            shared: is("late", "share"),
            lengths: self.lists.length_lines(),
            questions: self.lists.question_lines(),
            reminders: self.lists.reminder_lines(),
            labels: labels(&self.lists),
            open: OpenSections::of(&form, self.opened, self.button),
            coaches,
            coaches_error: wrong("coaches"),
            place_error: wrong("place_kind"),
            mode_error: wrong("coach_mode"),
            form,
        }
    }
}

/// What the fields are called that the form names by a number or a path.
fn labels(lists: &Lists) -> Vec<FieldLabel> {
    let limits = ["day", "week", "month"].into_iter().flat_map(|period| {
        ["count", "minutes"].map(|part| {
            let label = Text::key(format!("appointments-type-{period}-{part}"));
            FieldLabel::new(format!("limits/{period}/{part}"), label)
        })
    });
    limits.chain(lists.labels()).collect()
}

fn parse(id: &str) -> Result<AppointmentTypeId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}
