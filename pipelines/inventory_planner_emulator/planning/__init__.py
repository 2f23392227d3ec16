"""The planning of the account: demand, stock, forecasts and recommendations as of the last night."""
