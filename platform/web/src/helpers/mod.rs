//! What templates can call. Each helper is a plain function over [`Call`]; its result is a value (escaped when
//! printed) or HTML (written as it is).

mod call;
mod field;
mod format;
mod html;

use std::sync::Arc;

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError, ScopedJson,
};
use serde_json::Value;

use crate::Texts;
use crate::assets::Assets;

use call::Call;

pub(crate) struct Tools {
    pub(crate) texts: Arc<Texts>,
    pub(crate) assets: Arc<Assets>,
}

type ValueFn = fn(&Call<'_, '_>) -> Result<Value, RenderError>;
type HtmlFn = fn(&Call<'_, '_>) -> Result<String, RenderError>;

struct ValueHelper(Arc<Tools>, ValueFn);
struct HtmlHelper(Arc<Tools>, HtmlFn);

impl HelperDef for ValueHelper {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        (self.1)(&Call { tools: &self.0, helper, engine, root: context.data() }).map(ScopedJson::Derived)
    }
}

impl HelperDef for HtmlHelper {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        engine: &'reg Handlebars<'reg>,
        context: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let html = (self.1)(&Call { tools: &self.0, helper, engine, root: context.data() })?;
        out.write(&html)?;
        Ok(())
    }
}

pub(crate) fn register(engine: &mut Handlebars<'static>, texts: &Arc<Texts>, assets: &Arc<Assets>) {
    let tools = Arc::new(Tools { texts: Arc::clone(texts), assets: Arc::clone(assets) });
    let values: [(&str, ValueFn); 12] = [
        ("t", format::text),
        ("url", format::url),
        ("asset", format::asset),
        ("money", format::money),
        ("datetime", format::datetime),
        ("date", format::date),
        ("time", format::time),
        ("time_range", format::time_range),
        ("zone_name", format::zone_name),
        ("duration", format::duration),
        ("number", format::number),
        ("percent", format::percent),
    ];
    for (name, function) in values {
        engine.register_helper(name, Box::new(ValueHelper(Arc::clone(&tools), function)));
    }
    let pieces: [(&str, HtmlFn); 7] = [
        ("icon", html::icon),
        ("markdown", html::markdown),
        ("avatar", html::avatar),
        ("block", html::block),
        ("json", html::json),
        ("field", field::field),
        ("error_summary", field::error_summary),
    ];
    for (name, function) in pieces {
        engine.register_helper(name, Box::new(HtmlHelper(Arc::clone(&tools), function)));
    }
}
