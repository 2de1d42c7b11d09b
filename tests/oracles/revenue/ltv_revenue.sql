select arpa / churn from worth
