# The host's own pages.
server-nav-dashboard = Dashboard
server-nav-clients = Clients
server-nav-automations = Automations
server-nav-settings = Settings
server-nav-me = Overview

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
server-clients-search = Name, e-mail or phone
server-clients-name = Name
server-clients-email = E-mail
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
