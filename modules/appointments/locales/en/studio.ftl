## The staff calendar, the list and the detail of bookings.
