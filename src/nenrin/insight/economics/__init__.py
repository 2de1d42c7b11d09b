"""Budget, costs and hours against what they won and kept: the balance, and customer success as a profit centre."""
