DROP TABLE credit_entries, credit_transactions, credit_lots;
DROP FUNCTION credit_transaction_balances(), credit_entry_moves_balance(), credit_lot_follows_entries(),
  credit_ledger_is_append_only();
