## What clients see besides the first pages: paying, moving, rooms, ratings, feeds.
