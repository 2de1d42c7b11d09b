select (arpa * margin / churn) * won / acquisition from worth where won > 0
