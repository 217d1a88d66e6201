function 打分(spend, orders)
  return spend / 100 + orders
end
