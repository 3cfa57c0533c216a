"""Values of indicators and the evidence behind them in the admin."""
