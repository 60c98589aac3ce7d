# Why a run of an automation failed
automation-failure-work = It did more work than allowed.
automation-failure-time = It ran longer than allowed.
automation-failure-memory = It used more memory than allowed.
automation-failure-table = It kept a larger table in memory than allowed.
automation-failure-stack = It called itself too deeply.
automation-failure-host-calls = It called the platform more often than allowed.
automation-failure-call-data = It handed over more data in one call than allowed.
automation-failure-output-size = Its answer is larger than allowed.
automation-failure-output-form = Its answer is not a JSON document.
automation-failure-crash = It stopped with an internal error.
automation-failure-reported = It reported a problem.
automation-failure-depth = Automations have set each other off too many times.
automation-failure-event = The event is too large for an automation.
automation-failure-unavailable = It could not be run just now and is tried again.

# Why an uploaded automation is not accepted
automation-refusal-too-large = The file is too large.
automation-refusal-not-component = The file is not a WebAssembly component.
automation-refusal-invalid = The file is damaged or was not built correctly.
automation-refusal-too-complex = The automation is too complex to prepare.
automation-refusal-unknown-import = The automation asks for something that is not offered here.
automation-refusal-no-handler = The automation does not handle events: it has no function on-event.
automation-refusal-compile-time = Preparing the automation takes too long.
automation-refusal-compile-memory = Preparing the automation needs too much memory.
automation-refusal-unavailable = The automation could not be prepared just now. Please try again.

# What an automation may ask for
automation-capability-client-note = Add notes to the client the event is about
automation-capability-client-tag = Put tags on the client the event is about
automation-capability-mail-client = Send mails to the client the event is about
automation-capability-mail-staff = Send mails to your staff
automation-capability-store = Remember small texts from one run to the next
