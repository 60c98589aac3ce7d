## Mails besides confirmation and cancellation.
