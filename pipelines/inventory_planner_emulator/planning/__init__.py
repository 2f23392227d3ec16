"""What the account plans with: demand, stock, forecasts and recommendations, as of the last night."""
