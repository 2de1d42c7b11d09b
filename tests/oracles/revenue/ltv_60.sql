select sum(arpa * margin * pow((1 - churn) / (1 + i), k)) from worth cross join range(0, 60) t(k)
