# Credits: what clients hold, what happened to it, and what staff give and take.

# What happened, for people
packages-said-week = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } for the week of { $date } from { $name }
packages-said-bought = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } from { $name }
packages-said-given = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } given to you: { $name }
packages-said-kept = { $count ->
    [one] 1 returned credit
   *[other] { $count } returned credits
  } of { $name } kept for you, though the original had expired
packages-said-spent = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } paid for { $reason }
packages-said-returned = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } returned: { $reason }
packages-said-expired = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name } expired
packages-said-capped = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name } expired: more than can be carried over
packages-said-ended = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name } expired with the plan
packages-said-revoked = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name } taken back: the order was refunded
packages-said-taken = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } taken by the business: { $reason }
packages-part-made-for = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name }, made for this
packages-part-first = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name }, which expires first: { $date }
packages-part-oldest = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name }, the oldest of those that don’t expire
packages-credits-by = by { $name }
packages-lot-pays-for = Pays for: { $names }
packages-history-export = Download as CSV

# Studio
packages-studio-credits-title = Credits
packages-studio-credits-text = Who holds credits, and which of them expire next. Search to find any client.
packages-studio-credits-of = Credits of { $name }
packages-studio-lots = What they have
packages-studio-history-empty = Credits that this client buys, is given or uses are listed here.
packages-search-clients = Search clients
packages-column-client = Client
packages-column-expires = Expires next
packages-credits-expiring-short = { $count } on { $date }
packages-credits-nobody-title = Nobody holds credits yet
packages-credits-nobody-text = Clients get credits with the offers they buy, each week with a plan, or from you: search for a client to give some.
packages-credits-nobody-found = No client has that in their name, email, telephone or tags.
packages-credits-give = Give credits
packages-credits-take = Take credits
packages-credits-back = Back without a change
packages-studio-give-to = Give credits to { $name }
packages-studio-give-text = The client sees the reason beside the credits.
packages-studio-take-from = Take credits from { $name }
packages-studio-take-text = Those that expire first are taken first. The client sees the reason.
packages-field-given-pays-for = What they pay for
packages-field-given-pays-for-hint = Kinds of classes, separated by commas. Empty: everything.
packages-field-given-days-hint = Counted from now; empty: they don’t expire.
packages-field-credit-reason = Reason
packages-field-credit-reason-hint = The client reads it.
packages-flash-credits-given = { $count ->
    [one] 1 credit was given.
   *[other] { $count } credits were given.
  }
packages-flash-credits-taken = { $count ->
    [one] 1 credit was taken.
   *[other] { $count } credits were taken.
  }
packages-client-card-more = History, give and take
field-credits-pay-for = Up to 50 names of at most 60 characters each.

# Mail: bought credits expire soon
packages-mail-expiring-subject = { $count ->
    [one] Your credit at { $business } expires on { $date }
   *[other] { $count } credits at { $business } expire on { $date }
  }
packages-mail-expiring-heading = { $count ->
    [one] A credit of yours expires soon
   *[other] { $count } of your credits expire soon
  }
packages-mail-expiring-text = { $count ->
    [one] 1 credit of “{ $about }” is not used yet. It can be spent until { $date }.
   *[other] { $count } credits of “{ $about }” are not used yet. They can be spent until { $date }.
  }
packages-mail-expiring-how = Choose a time at { $business } that suits you. Whatever expires first is spent first.
packages-mail-expiring-book = Choose a time
packages-mail-expiring-see = See your credits
