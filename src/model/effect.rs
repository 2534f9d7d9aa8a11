//! Keys that do nothing beside others: no mistake, for a sweep may turn the others round, but told.

use crate::model::runtime::Spawn;
use crate::model::{Model, RuntimeKind, Scheduling};

impl Model {
    /// A sentence for each key of the model that has no effect beside what else it says.
    #[must_use]
    pub fn without_effect(&self) -> Vec<String> {
        let tick = !self.host.tick.is_zero() && self.host.scheduling != Scheduling::Eevdf;
        let tick = tick.then(|| {
            "`tick` in [host] does nothing: a turn ends with a tick under scheduling = \"eevdf\" alone".to_owned()
        });
        let dispatched = self.runtimes.iter().filter_map(|runtime| match &runtime.kind {
            RuntimeKind::ThreadPool(pool)
                if !pool.dispatch.is_zero() && pool.spawn == Spawn::PerRequest =>
            {
                Some(format!(
                    "`dispatch` of `{}` does nothing with spawn = \"per-request\": there are no waiting threads to hand \
                     requests over to",
                    runtime.name
                ))
            }
            _ => None,
        });
        let replies = self.runtimes.iter().filter_map(|runtime| match &runtime.kind {
            RuntimeKind::ThreadPool(pool) if !pool.reply.is_zero() && !pool.replies() => {
                Some(format!(
                    "`reply` of `{}` does nothing without `gil = true` and `dispatch`: there is no lock to let go of, or \
                     nobody else that wants it",
                    runtime.name
                ))
            }
            _ => None,
        });
        tick.into_iter().chain(dispatched).chain(replies).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::input::Document;
    use crate::model::{Model, Overrides};

    fn told(host: &str, runtime: &str) -> Vec<String> {
        let text = format!(
            "[host]\n{host}\n[[request]]\nsteps = [{{ cpu = \"1 ms\" }}]\n[[runtime]]\nname = \"t\"\n\
             kind = \"thread-pool\"\nthreads = 4\n{runtime}\n"
        );
        let document = Document::from_text("a.toml", &text);
        Model::read(&document, Overrides::NONE).expect("a model").without_effect()
    }

    #[test]
    fn a_tick_and_a_dispatch_that_nothing_heeds_are_told() {
        assert!(told("scheduling = \"eevdf\"\ntick = \"4 ms\"", "dispatch = \"1 us\"").is_empty());
        let found = told("tick = \"4 ms\"", "dispatch = \"1 us\"\nspawn = \"per-request\"");
        let reply = told("", "gil = true\nreply = \"1 us\"");
        assert!(reply[0].contains("`reply` of `t`"), "{reply:?}");
        assert!(told("", "gil = true\ndispatch = \"1 us\"\nreply = \"1 us\"").is_empty());
        assert!(found[0].contains("`tick`") && found[1].contains("`dispatch` of `t`"), "{found:?}");
    }
}
