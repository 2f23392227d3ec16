"""Write-back: plan a change, confirm it, log it, send it, and determine its outcome."""
