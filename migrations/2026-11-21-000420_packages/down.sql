DROP TABLE offer_clients, offer_stock, offer_prices, package_items, offers;
