# The host's own pages.
server-nav-dashboard = Dashboard
server-nav-clients = Clients
server-nav-automations = Automations
server-nav-settings = Settings
server-nav-me = Overview
server-nav-studio = Studio

server-public-about = About
server-home-studio = Open the studio
server-home-outbox = Outbox
server-home-outbox-text = Mails that would have been sent.
server-home-docs = API
server-home-docs-text = Every operation, with its parameters.

server-todo-modules = Switch on what you offer
server-todo-modules-action = Choose modules

server-search = Search
server-clients-title = Clients
server-clients-text = Everyone who booked, bought or was added.
server-clients-search = Name, email or phone
server-clients-name = Name
server-clients-email = Email
server-clients-tags = Tags
server-clients-since = Since
server-clients-empty = No clients yet
server-clients-none-found = Nobody found for “{ $q }”
server-clients-empty-text = People appear here with their first booking or order.
server-client-title = { $name }
server-client-since = Client since
server-notes = Notes
server-notes-empty = No notes yet.
server-note-body = New note
server-note-add = Add note
server-note-added = Note added.

server-docs-title = API
server-docs-all = Every operation of this installation.
server-docs-of = The operations that are on for { $tenant }.
server-docs-text = Errors are RFC 9457 problems. Lists are paged by cursor. Unsafe calls may carry an Idempotency-Key: the same call again gets the same answer and has no second effect.
server-docs-document = OpenAPI document
server-docs-groups = Parts of the API
server-docs-parameter = Parameter
server-docs-place = In
server-docs-schema = Form
server-docs-meaning = Meaning
server-docs-required = required
server-docs-body = Body
server-docs-answer = Answer

server-automation-title = { $title }
server-automation-failures = { $count ->
    [one] The last run failed.
   *[other] The last { $count } runs failed. After ten in a row it is switched off.
}
server-automation-asks = What it may do
server-automation-asks-text = It asks for these. Tick what you allow; the rest is refused to it.
server-automation-asks-nothing = It asks for nothing.
server-automation-grant = Save permissions
server-automation-granted = Permissions saved.
server-automation-installed = Installed. Choose what it may do, then switch it on.
server-automation-on = Switched on.
server-automation-off = Switched off.
server-action-add-note = Added a note to the client: “{ $text }”
server-action-tag-client = Tagged the client “{ $tag }”
server-action-mail-client = Wrote a mail to the client: “{ $subject }”
server-action-mail-staff = Wrote a mail to the staff: “{ $subject }”
server-mail-off-subject = “{ $title }” was switched off
server-mail-off-text = The automation “{ $title }” failed { $failures } times in a row, so it was switched off. Have a look at its last runs, then switch it on again.
server-mail-off-button = Open the automation
