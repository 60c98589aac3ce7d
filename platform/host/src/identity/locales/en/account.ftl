# Signing in, registering, and the account's own pages and mails.
account-account-title = Your account
account-account-heading = Your account
account-kind = Kind of account
account-operator = Operator of this installation
account-verified = confirmed
account-unverified = not confirmed
account-unverified-text = Confirm this address to see what you booked or bought with it. We sent you a link.
account-resend = Send the link again
account-places = Your businesses
account-places-none = When you book with a business or work for one, you find it here.
account-role-owner = Owner
account-role-admin = Admin
account-role-coach = Coach
account-role-client = Client
account-logins = Where you are signed in
account-login-unknown = Unknown browser
account-login-current = This browser
account-login-seen = Last used
account-login-end = Sign out

account-sent-title = Look into your mail
account-sent-heading = Look into your mail
account-sent-registered = We sent you a link. Open it to confirm your address and finish.
account-sent-forgot = If there is an account with this address, we sent it a link to choose a new password.
account-sent-nothing = Nothing there after a few minutes? Look into your spam folder, and check that you typed the address right.

account-verify-title = Confirm your address
account-verify-heading = Confirm your address
account-verify-text = This makes { $email } yours: what was booked or bought with it appears in your account.
account-verify-password-hint = The one you chose when you registered.
account-verify-submit = Confirm

account-forgot-title = New password
account-forgot-heading = Choose a new password
account-forgot-text = Tell us the address of your account, and we send you a link.
account-forgot-submit = Send the link

account-reset-title = Choose a password
account-reset-heading = Choose a password
account-reset-text = For { $email }. You will be signed out everywhere else.
account-reset-password = New password
account-reset-submit = Save and sign in

account-flash-signed-out = You are signed out.
account-flash-verified = Your address is confirmed.
account-flash-password = Your new password is saved.
account-flash-login-ended = That browser is signed out.
account-flash-resent = We sent you a new link.

account-mail-hello = Hello { $name },
account-mail-reason = You get this mail because somebody used your address for an account here.
account-mail-verify-subject = Confirm your address for { $business }
account-mail-verify-heading = Confirm your address
account-mail-verify-text = Thank you for registering at { $business }. Please confirm that this address is yours.
account-mail-verify-button = Confirm my address
account-mail-verify-note = The link works once, for two days. If you did not register, ignore this mail: without your confirmation nothing happens.
account-mail-reset-subject = Choose a new password for { $business }
account-mail-reset-heading = Choose a new password
account-mail-reset-text = Somebody, probably you, asked for a new password at { $business }.
account-mail-reset-button = Choose a new password
account-mail-reset-note = The link works once, for one hour. If it was not you, ignore this mail: your password stays as it is.
account-mail-invited-subject = { $business } invites you
account-mail-invited-heading = You are invited
account-mail-invited-text = { $business } has added you to its team. Choose a password to get in.
account-mail-invited-button = Choose a password
account-mail-invited-note = The link works once, for seven days. After that you get a new one by “Forgot your password?” on the sign-in page.
account-mail-exists-subject = You already have an account for { $business }
account-mail-exists-heading = You already have an account
account-mail-exists-text = Somebody, probably you, tried to register this address again. There is an account with it, and it was not changed.
account-mail-exists-button = Sign in
account-mail-exists-forgot = Choose a new password
account-mail-exists-note = If it was not you, there is nothing to do.

problem-wrong-credentials = That email and password do not match an account.
problem-too-many-attempts = Too many attempts. Please wait { $minutes } min and try again, or choose a new password by mail.
problem-link-expired = This link was used already or is too old. Ask for a new one on the sign-in page.
field-password-common = This password is too easy to guess. A few random words work well.
field-unknown-role = Choose owner, admin or coach.
