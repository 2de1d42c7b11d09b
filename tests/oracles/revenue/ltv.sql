select arpa * margin / churn from worth
