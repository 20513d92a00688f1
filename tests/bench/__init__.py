"""What labclient measures of itself: `python3 dev.py bench [--json] [--quick] [--long] [NAME…]`."""
